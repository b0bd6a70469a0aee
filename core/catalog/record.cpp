#include "core/catalog/record.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "consort/abi/catalog.h"

#include "core/catalog/file_names.hpp"
#include "core/catalog/text.hpp"

namespace consort::catalog {
namespace {

constexpr std::size_t kMaxValues = 64;  // of one tag, and of tags kept aside
constexpr std::size_t kMaxTagBytes = 4096;

class Tags {
  public:
    explicit Tags(const media::Probe& probe) {
        for (const auto& [name, value] : probe.tags) {
            std::vector<std::string>& values = values_[name];
            std::string text = clean(value);
            if (!text.empty() && values.size() < kMaxValues &&
                std::find(values.begin(), values.end(), text) == values.end())
                values.push_back(std::move(text));
        }
    }

    const std::vector<std::string>& all(std::initializer_list<std::string_view> names) {
        static const std::vector<std::string> none;
        const std::vector<std::string>* found = &none;
        for (const std::string_view name : names) {
            used_.insert(std::string(name));
            const auto at = values_.find(name);
            if (at != values_.end() && !at->second.empty() && found->empty()) found = &at->second;
        }
        return *found;
    }
    std::string one(std::initializer_list<std::string_view> names) {
        const std::vector<std::string>& values = all(names);
        return values.empty() ? std::string() : values.front();
    }
    bool used(const std::string& name) const { return used_.contains(name); }
    const auto& values() const { return values_; }

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::set<std::string> used_;
};

std::uint32_t number_in(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value <= most ? value : 0;
}

// "3", "3/12"
void numbers_of(std::string_view text, std::uint32_t& number, std::uint32_t& total) {
    number = number_in(text, 100'000);
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos)
        total = number_in(text.substr(slash + 1), 100'000);
}

std::uint32_t year_of(std::string_view date) {
    return date.size() >= 4 ? number_in(date.substr(0, 4), 9999) : 0;
}

NameRecord name_record(std::string_view name, std::string_view sort_name = {}) {
    return {std::string(name), fold(name), sort_key(sort_name.empty() ? name : sort_name)};
}

// Where a tagger could write but one value, ';' between blanks or NUL parts the artists; other
// signs ("AC/DC", "Earth, Wind & Fire") belong to names.
std::vector<std::string> split_values(const std::vector<std::string>& values) {
    std::vector<std::string> out;
    for (const std::string& value : values) {
        std::string_view rest = value;
        while (!rest.empty() && out.size() < kMaxValues) {
            const std::size_t at = std::min(rest.find(';'), rest.size());
            std::string part = clean(rest.substr(0, at));
            if (!part.empty() && std::find(out.begin(), out.end(), part) == out.end())
                out.push_back(std::move(part));
            rest.remove_prefix(std::min(at + 1, rest.size()));
        }
    }
    return out;
}

std::string join(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) {
        if (!out.empty()) out += ", ";
        out += value;
    }
    return out;
}

// The folder of an album: "Album/CD 2/x.flac" belongs to "Album".
std::string album_folder(std::string_view relative_uri) {
    const auto parent = [](std::string_view path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
    };
    const std::string_view folder = parent(relative_uri);
    const std::string last = fold(percent_decode(folder.substr(folder.rfind('/') + 1)));
    for (const std::string_view word : {"cd", "disc", "disk"}) {
        if (!last.starts_with(word)) continue;
        std::string_view rest = std::string_view(last).substr(word.size());
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        if (!rest.empty() && rest.size() <= 2 && number_in(rest, 99) > 0)
            return std::string(parent(folder));
    }
    return std::string(folder);
}

void add_credits(Record& record, const std::string& role, const std::vector<std::string>& names,
                 const std::vector<std::string>& sort_names = {}) {
    const bool paired = names.size() == sort_names.size();
    for (std::size_t i = 0; i < names.size(); ++i)
        record.credits.push_back(
            {role, name_record(names[i], paired ? std::string_view(sort_names[i]) : "")});
}

void describe_streams(Record& record, const media::Probe& probe) {
    const media::ProbedTrack* audio = nullptr;
    const media::ProbedTrack* video = nullptr;
    const auto take = [](const media::ProbedTrack*& slot, const media::ProbedTrack& track) {
        const bool preferred = (track.flags & CONSORT_TRACK_DEFAULT) != 0;
        if (slot == nullptr || (preferred && (slot->flags & CONSORT_TRACK_DEFAULT) == 0))
            slot = &track;
    };
    for (const media::ProbedTrack& track : probe.tracks) {
        if (track.kind == CONSORT_TRACK_AUDIO) take(audio, track);
        if (track.kind == CONSORT_TRACK_VIDEO) take(video, track);
    }
    record.kind = video != nullptr ? CONSORT_ITEM_MOVIE : CONSORT_ITEM_TRACK;
    if (audio == nullptr && video == nullptr) {
        record.kind = 0;
        record.reason = "The file holds neither sound nor picture that can be played.";
        return;
    }
    const media::ProbedTrack& main = video != nullptr ? *video : *audio;
    record.codec = main.codec;
    record.codec_string = main.codec_string;
    for (const media::ProbedTrack& track : probe.tracks) {
        const std::uint32_t room = 0x7FFFFFFFu - record.bit_rate;
        record.bit_rate += std::min(track.average_bit_rate, room);
    }
    if (video != nullptr) {
        const bool turned = video->rotation == 90 || video->rotation == 270;
        record.width = turned ? video->height : video->width;
        record.height = turned ? video->width : video->height;
    }
    if (audio != nullptr) {
        record.audio_codec = audio->codec;
        record.sample_rate = audio->sample_rate;
        record.channels = audio->channels;
        record.bits_per_sample = audio->bits_per_sample;
    }
}

void describe_track(Record& record, Tags& tags, const std::string& file_title) {
    record.title = tags.one({"title"});
    if (record.title.empty()) record.title = file_title;
    const std::string title_sort = tags.one({"titlesort"});
    record.sort_key = sort_key(title_sort.empty() ? record.title : title_sort);

    // Picard writes ARTIST for the line people read and ARTISTS for the single names.
    const std::vector<std::string> artists = split_values(tags.all({"artists", "artist"}));
    const std::vector<std::string>& shown = tags.all({"artist"});
    record.artist = shown.size() == 1 && shown.front().find(';') == std::string::npos
                        ? shown.front()
                        : join(artists);
    const std::string artist_sort = tags.one({"artistsort"});
    record.artist_key = sort_key(artist_sort.empty() ? record.artist : artist_sort);
    add_credits(record, "artist", artists, split_values(tags.all({"artistsort"})));

    const std::vector<std::string> album_artists =
        split_values(tags.all({"albumartists", "albumartist", "album artist", "album_artist"}));
    const std::vector<std::string>& album_shown =
        tags.all({"albumartist", "album artist", "album_artist"});
    const std::vector<std::string> album_sorts = split_values(tags.all({"albumartistsort"}));
    add_credits(record, "albumartist", album_artists, album_sorts);
    for (const std::string_view role : {"composer", "conductor", "lyricist", "performer", "remixer",
                                        "producer", "arranger", "ensemble"})
        add_credits(record, std::string(role), split_values(tags.all({role})));

    record.album = tags.one({"album"});
    if (!record.album.empty()) {
        const std::string album_sort = tags.one({"albumsort"});
        record.album_key = sort_key(album_sort.empty() ? record.album : album_sort);
        record.album_artist = album_shown.size() == 1 ? album_shown.front() : join(album_artists);
        if (!record.album_artist.empty())
            record.album_artist_key =
                sort_key(album_sorts.size() == 1 ? album_sorts.front() : record.album_artist);
        for (const CreditRecord& credit : record.credits)
            if (credit.role == "albumartist") record.album_artists.push_back(credit.who);
        const std::string release = tags.one({"musicbrainz_albumid"});
        if (!release.empty())
            record.album_grouping = "release " + release;
        else if (!record.album_artist.empty())
            record.album_grouping =
                "artist " + fold(record.album) + " / " + fold(record.album_artist);
        else
            record.album_grouping =
                "folder " + fold(record.album) + " / " + album_folder(record.relative_uri);
        record.album_search = search_text(record.album);
    }
    for (const std::string& genre : split_values(tags.all({"genre"})))
        record.genres.push_back(name_record(genre));
    numbers_of(tags.one({"track", "tracknumber"}), record.track_number, record.track_total);
    numbers_of(tags.one({"disc", "discnumber"}), record.disc_number, record.disc_total);
    if (record.track_total == 0)
        record.track_total = number_in(tags.one({"tracktotal", "totaltracks"}), 100'000);
    if (record.disc_total == 0)
        record.disc_total = number_in(tags.one({"disctotal", "totaldiscs"}), 100'000);
    record.released = tags.one({"date", "year", "originaldate"});
    record.year = year_of(record.released);
    record.isrc = tags.one({"isrc", "tsrc"});
    record.search_context =
        search_text(record.artist + " " + record.album_artist + " " + record.album);
}

void describe_film(Record& record, Tags& tags, std::string_view path) {
    EpisodeName episode;
    const std::string title = tags.one({"title"});
    record.released = tags.one({"date", "year"});
    record.year = year_of(record.released);
    if (parse_episode(path, episode)) {
        record.kind = CONSORT_ITEM_EPISODE;
        record.title = !episode.title.empty() ? episode.title
                       : !title.empty()       ? title
                                              : "Episode " + std::to_string(episode.episode);
        record.show = name_record(episode.show);
        if (episode.year != 0) record.show.fold += " " + std::to_string(episode.year);
        record.show_search = search_text(episode.show);
        record.search_context = record.show_search;
        record.season_number = episode.season;
        record.episode_number = episode.episode;
        if (record.year == 0) record.year = episode.year;
    } else {
        const MovieName movie = parse_movie(path);
        // A name with a year was chosen with care; a title tag often holds an encoder's remark.
        record.title = movie.year != 0 || title.empty() ? movie.title : title;
        if (movie.year != 0) record.year = movie.year;
    }
    record.sort_key = sort_key(record.title);
    for (const std::string& genre : split_values(tags.all({"genre"})))
        record.genres.push_back(name_record(genre));
}

Record file_record(const consort_stat& stat, std::string_view relative_uri) {
    Record record;
    record.relative_uri = relative_uri;
    record.name = relative_uri.substr(relative_uri.rfind('/') + 1);
    record.stat = stat;
    return record;
}

}  // namespace

Record make_record(const Inspection& inspection, const consort_stat& stat,
                   std::string_view relative_uri) {
    const media::Probe& probe = inspection.probe;
    Record record = file_record(stat, relative_uri);
    record.identity = inspection.identity;
    record.container = probe.container;
    record.content_type = probe.content_type;
    record.has_cover = probe.has_cover;
    record.duration_ns = std::max<std::int64_t>(0, probe.duration_ns);
    describe_streams(record, probe);
    if (!record.reason.empty()) return record;

    Tags tags(probe);
    const std::string path = percent_decode(relative_uri);
    if (record.kind == CONSORT_ITEM_TRACK) {
        const std::string name = path.substr(path.rfind('/') + 1);
        describe_track(record, tags, clean(name.substr(0, name.rfind('.'))));
    } else {
        describe_film(record, tags, path);
    }
    if (record.title.empty()) record.title = clean(path.substr(path.rfind('/') + 1));
    record.search_title = search_text(record.title);
    for (const auto& [name, values] : tags.values()) {
        if (tags.used(name)) continue;
        for (const std::string& value : values)
            if (record.tags.size() < kMaxValues && name.size() + value.size() <= kMaxTagBytes)
                record.tags.emplace_back(clean(name), value);
    }
    return record;
}

Record make_broken_record(std::string_view reason, const consort_stat& stat,
                          std::string_view relative_uri) {
    Record record = file_record(stat, relative_uri);
    record.reason = clean(reason);
    if (record.reason.empty()) record.reason = "The file cannot be read.";
    return record;
}

}  // namespace consort::catalog
