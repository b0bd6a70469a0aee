#include "plugins/radio/programme/line_up.hpp"

#include <algorithm>
#include <utility>

#include "plugins/radio/programme/uri_text.hpp"

namespace consort::radio {
namespace {

constexpr std::size_t kMostFailuresTold = 50;

RotationMemory recalled(const LineUpMemory& memory, const std::string& name, std::uint64_t seed) {
    if (const auto found = memory.rotations.find(name); found != memory.rotations.end())
        return found->second;
    RotationMemory fresh;
    fresh.seed = seed ^ stable_hash(name);
    return fresh;
}

}  // namespace

std::string LineUp::rotation_name(std::string_view directory, bool jingles) {
    return (jingles ? "jingles " : "tracks ") + std::string(directory);
}

LineUp::LineUp(const Setup& setup, LineUpMemory memory)
    : jingle_every_(setup.jingle_every),
      trail_(std::move(memory.trail), memory.trail_at),
      since_jingle_(memory.since_jingle),
      resume_(std::move(memory.current)) {
    const auto made = [&](const std::string& directory, bool jingles) {
        auto recall = recalled(memory, rotation_name(directory, jingles), setup.seed);
        return Shelf{
            directory, jingles, Rotation(directory, setup.shuffle, std::move(recall)), {}, nullptr};
    };
    shelves_.push_back(made(setup.base, false));
    for (const std::string& other : setup.others)
        if (!shelf(other, false)) shelves_.push_back(made(other, false));
    if (!setup.jingles.empty() && jingle_every_ > 0) jingles_ = made(setup.jingles, true);
    if (resume_ && !shelf(resume_->directory, resume_->jingle)) resume_.reset();
}

LineUp::Shelf* LineUp::shelf(std::string_view directory, bool jingles) {
    if (jingles) return jingles_ && jingles_->directory == directory ? &*jingles_ : nullptr;
    const auto found = std::find_if(shelves_.begin(), shelves_.end(),
                                    [&](const Shelf& it) { return it.directory == directory; });
    return found == shelves_.end() ? nullptr : &*found;
}

LineUp::Shelf* LineUp::holder(const Entry& entry) {
    if (entry.jingle) return jingles_ && jingles_->find(entry.uri) ? &*jingles_ : nullptr;
    if (shelves_[tuned_].find(entry.uri)) return &shelves_[tuned_];
    const auto found = std::find_if(shelves_.begin(), shelves_.end(),
                                    [&](const Shelf& it) { return it.find(entry.uri); });
    return found == shelves_.end() ? nullptr : &*found;
}

void LineUp::listed(std::string_view directory, bool jingles,
                    std::shared_ptr<const Listing> listing) {
    Shelf* const at = shelf(directory, jingles);
    if (!at) return;
    at->listing = std::move(listing);
    for (const AudioFile* file : at->failures.forget_changed(*at->listing))
        at->rotation.give_back(*file);
}

void LineUp::tune(std::string_view directory) {
    const Shelf* const at = shelf(directory, false);
    tuned_ = at ? static_cast<std::size_t>(at - shelves_.data()) : 0;
}

Trail::Playable LineUp::playable() {
    return [this](const TrailItem& item) {
        const Shelf* const at = shelf(item.directory, false);
        const AudioFile* const file = at ? at->find(item.uri) : nullptr;
        return file && !at->failures.blocks(*file);
    };
}

Trail::Playable LineUp::playable_here() {
    return [this, anywhere = playable()](const TrailItem& item) {
        return item.directory == shelves_[tuned_].directory && anywhere(item);
    };
}

const AudioFile* LineUp::next_jingle() {
    if (!jingles_ || since_jingle_ < jingle_every_) return nullptr;
    return jingles_->next(jingles_->rotation.memory().last);
}

std::optional<Entry> LineUp::next() {
    const auto offer = [this](const std::string& uri, bool jingle, double seconds) {
        offered_ = uri;
        return Entry{uri, jingle, seconds};
    };
    offered_.clear();
    if (const TrailItem* behind = trail_.behind(playable())) return offer(behind->uri, false, 0);
    if (resume_) {
        const Shelf* const at = shelf(resume_->directory, resume_->jingle);
        if (!at->listing) return std::nullopt;
        if (at->find(resume_->uri)) return offer(resume_->uri, resume_->jingle, resume_->seconds);
        resume_.reset();
    }
    Shelf& tuned = shelves_[tuned_];
    if (!tuned.listing) return std::nullopt;
    if (const AudioFile* jingle = next_jingle()) return offer(jingle->uri, true, 0);
    if (const TrailItem* ahead = trail_.ahead(playable_here())) return offer(ahead->uri, false, 0);
    const std::string avoid = trail_.current() ? trail_.current()->uri : std::string();
    const AudioFile* file = tuned.next(avoid);
    if (!file && tuned_ != 0) file = shelves_.front().next(avoid);
    if (!file) return std::nullopt;
    return offer(file->uri, false, 0);
}

std::vector<Entry> LineUp::next_few(std::size_t count) {
    std::vector<Entry> few;
    if (auto first = next()) few.push_back(*std::move(first));
    if (few.empty() || count <= 1) return few;
    LineUp then = *this;
    while (few.size() < count) {
        then.began(few.back());
        auto one = then.next();
        if (!one) break;
        few.push_back(*std::move(one));
    }
    return few;
}

bool LineUp::strayed() {
    Shelf& tuned = shelves_[tuned_];
    if (!current_ || current_->jingle || current_->directory == tuned.directory) return false;
    return tuned.next({}) != nullptr;
}

bool LineUp::began(const Entry& entry) {
    played_well();
    current_failed_ = false;
    const bool goes_on = resume_ && resume_->uri == entry.uri && resume_->jingle == entry.jingle;
    Shelf* const at = holder(entry);
    current_ = {entry.uri, at ? at->directory : shelves_[tuned_].directory, entry.jingle,
                entry.start_seconds};
    resume_.reset();
    offered_.clear();
    if (goes_on) return false;
    const TrailItem* const behind = trail_.behind(playable());
    const TrailItem* const ahead = trail_.ahead(playable_here());
    if (entry.jingle) {
        if (at) at->rotation.took(*at->find(entry.uri), *at->listing);
        since_jingle_ = 0;
        return true;
    }
    ++since_jingle_;
    if (behind && behind->uri == entry.uri) {
        trail_.go(*behind);
    } else if (ahead && ahead->uri == entry.uri) {
        trail_.go(*ahead);
    } else {
        if (at) at->rotation.took(*at->find(entry.uri), *at->listing);
        trail_.add({entry.uri, current_->directory});
    }
    return true;
}

bool LineUp::failed(const Entry& entry, const std::string& reason) {
    Shelf* const at = holder(entry);
    const AudioFile* const file = at ? at->find(entry.uri) : nullptr;
    const TrailItem* const behind = trail_.behind(playable());
    const TrailItem* const ahead = trail_.ahead(playable_here());
    const bool stepped = !entry.jingle && behind && behind->uri == entry.uri;
    const bool walked = !entry.jingle && ahead && ahead->uri == entry.uri;
    const bool first = !file || at->failures.add(*file, reason);
    if (current_ && current_->uri == entry.uri && current_->jingle == entry.jingle) {
        current_failed_ = true;
        if (offered_ != entry.uri) return first;
    }
    if (resume_ && resume_->uri == entry.uri) {
        resume_.reset();
    } else if (stepped) {
        trail_.step_back(playable(), false);
    } else if (file && !walked) {
        at->rotation.took(*file, *at->listing);
    }
    return first;
}

void LineUp::reached(double seconds) {
    if (!current_) return;
    current_->seconds = seconds;
    played_well();
}

void LineUp::played_well() {
    if (!current_ || current_failed_) return;
    if (Shelf* at = shelf(current_->directory, current_->jingle)) at->failures.something_played();
}

void LineUp::skip() {
    trail_.stay();
    resume_.reset();
}

void LineUp::step_back() {
    resume_.reset();
    trail_.step_back(playable(), current_ && current_->jingle);
}

bool LineUp::forgive() {
    bool any = false;
    const auto one = [&](Shelf& at) {
        any = any || !at.failures.all().empty();
        at.failures.forgive();
    };
    for (Shelf& at : shelves_) one(at);
    if (jingles_) one(*jingles_);
    return any;
}

LineUp::Trouble LineUp::Shelf::trouble() const {
    const std::string name = "'" + shown(directory) + "'";
    if (!listing) return {"directory_reading", "The directory " + name + " is being read."};
    if (listing->files().empty() && !listing->problems().empty()) {
        const Reach reach = listing->reach();
        return {reach == Reach::kMissing       ? "directory_missing"
                : reach == Reach::kDenied      ? "directory_unreadable"
                : reach == Reach::kUnreachable ? "directory_unreachable"
                                               : "files_unreadable",
                "There is nothing to play in " + name + ". " + listing->problems().front()};
    }
    if (listing->files().empty())
        return {"directory_empty",
                "There is nothing to play in " + name + ": put audio files there."};
    if (!failures.all_of(*listing)) return {};
    const auto [uri, reason] = failures.all().front();
    return {"files_broken", "Nothing in " + name + " can be played: all " +
                                std::to_string(listing->files().size()) +
                                " files fail, the first of them, '" + name_of(uri) +
                                "', because: " + reason};
}

LineUp::Report LineUp::report() {
    const Shelf& tuned = shelves_[tuned_];
    Report report;
    report.directory = tuned.directory;
    report.files = tuned.listing ? tuned.listing->files().size() : 0;
    const Trouble trouble = tuned.trouble();
    if (!next()) {
        const bool known = !trouble.text.empty();
        report.trouble = known ? trouble.text : "The directories are being read.";
        report.trouble_code = known ? trouble.code : "directory_reading";
        if (tuned_ != 0) report.trouble += ' ' + shelves_.front().trouble().text;
    } else if (!trouble.text.empty()) {
        report.problems.push_back(trouble.text + " Meanwhile '" +
                                  shown(shelves_.front().directory) + "' plays.");
    }
    const auto tell = [&](const Shelf& at) {
        if (at.listing)
            report.problems.insert(report.problems.end(), at.listing->problems().begin(),
                                   at.listing->problems().end());
        std::size_t told = 0;
        for (const auto& [uri, reason] : at.failures.all())
            if (++told <= kMostFailuresTold)
                report.problems.push_back("'" + shown(uri) + "' could not be played: " + reason);
    };
    for (const Shelf& at : shelves_) tell(at);
    if (jingles_) tell(*jingles_);
    return report;
}

LineUpMemory LineUp::memory() const {
    LineUpMemory memory;
    memory.current = resume_ ? resume_ : current_;
    memory.since_jingle = since_jingle_;
    memory.trail = trail_.items();
    memory.trail_at = trail_.at();
    for (const Shelf& at : shelves_)
        memory.rotations.emplace(rotation_name(at.directory, false), at.rotation.memory());
    if (jingles_)
        memory.rotations.emplace(rotation_name(jingles_->directory, true),
                                 jingles_->rotation.memory());
    return memory;
}

}  // namespace consort::radio
