#include "plugins/radio/hls/live_hls.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "plugins/radio/hls/cmaf.hpp"
#include "plugins/radio/hls/id3_tag.hpp"
#include "plugins/radio/hls/live_playlist.hpp"

namespace consort::radio {

namespace {

using std::chrono::milliseconds;

constexpr const char* playlist_type = "application/vnd.apple.mpegurl";
// Seconds without a request after which nobody is taken to listen.
constexpr std::chrono::seconds listening{60};
// A listener with a good buffer does not ask for every segment at once.
constexpr milliseconds least_lately{12'000};

milliseconds three_targets(const LiveFormat* format) {
    const LiveShape shape = format != nullptr ? format->shape : LiveShape();
    return milliseconds(std::lround(3'000 * shape.segment_seconds));
}

std::int64_t system_ms() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(since).count();
}

// Grows faster from one start to the next than segments are made in between.
std::uint64_t first_number(std::int64_t wall_ms) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(wall_ms, 0)) / 1'000;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// What stands between; nothing if the text has another form.
std::optional<std::string_view> between(std::string_view text, std::string_view begin,
                                        std::string_view end) {
    if (text.size() < begin.size() + end.size() || !text.starts_with(begin) || !text.ends_with(end))
        return std::nullopt;
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

std::uint64_t at_90khz(std::uint64_t frames, std::uint32_t rate) {
    return frames / rate * 90'000 + frames % rate * 90'000 / rate;
}

}  // namespace

// Made with the mutex held, sent without it.
struct LiveHls::Answer {
    std::optional<Exchange> exchange;  // of a request that was held
    std::shared_ptr<const std::string> playlist;
    bool exact = false;  // its address asks for this playlist or a later one
    std::string content_type;
    std::vector<Slice> slices;
    int status = 200;
    const char* code = "";
    const char* detail = "";

    void send(const ExchangeView& to) {
        if (status != 200) {
            to.problem(status, code, detail);
            return;
        }
        if (playlist) {
            Response response = Response(200)
                                    .content_type(playlist_type)
                                    .cache_control(exact ? "public, max-age=6" : "no-cache");
            response.add(Slice::memory(playlist, playlist->data(), playlist->size()));
            to.respond(std::move(response));
            return;
        }
        Response response = Response(200)
                                .content_type(content_type)
                                .cache_control("public, max-age=120, immutable")
                                .no_compress();
        response.reserve(slices.size());
        for (Slice& slice : slices) response.add(std::move(slice));
        to.respond(std::move(response));
    }
    static Answer problem(int status, const char* code, const char* detail) {
        Answer answer;
        answer.status = status;
        answer.code = code;
        answer.detail = detail;
        return answer;
    }
    static Answer none() {
        return problem(
            404, "not_found",
            "This part of the stream is not there, or not any more: ask for the playlist "
            "again.");
    }
    static Answer full() {
        return problem(503, "station_full",
                       "The station has as many listeners as it may: try again later.");
    }
    static Answer busy() {
        return problem(503, "busy", "As many requests wait as may: try again.");
    }
    static Answer silent() {
        return problem(503, "no_stream",
                       "The station does not bring anything at the moment: try again shortly.");
    }
};

LiveHls::Clocks::Clocks() : wall_ms(system_ms) {}

bool LiveHls::carries(std::string_view format) noexcept { return live_format(format) != nullptr; }

LiveHls::LiveHls(LiveHlsSettings settings, Clocks clocks)
    : settings_(std::move(settings)),
      clocks_(std::move(clocks)),
      format_(live_format(settings_.format)),
      extension_(format_ != nullptr ? format_->extension : ""),
      hold_(three_targets(format_)),
      window_(first_number(clocks_.wall_ms()), format_ != nullptr ? format_->shape : LiveShape()),
      audience_(std::max(hold_, least_lately), settings_.listeners) {}

void LiveHls::chunk(SharedChunk made) {
    if (format_ == nullptr) return;
    Answers answers;
    {
        const std::lock_guard lock(mutex_);
        const bool asked = ever_asked_ && clocks_.steady() - asked_ < listening;
        window_.add(made, clocks_.wall_ms(), asked);
        std::erase_if(held_, [&](Held& held) {
            const Wanted& wanted = held.wanted;
            if (!there(wanted)) return false;
            answers.push_back(wanted.playlist
                                  ? playlist_answer(wanted.exact)
                                  : part_answer(wanted.number, wanted.part.value_or(0)));
            answers.back().exchange.emplace(std::move(held.exchange));
            return true;
        });
    }
    for (Answer& answer : answers) answer.send(*answer.exchange);
}

void LiveHls::tick() {
    std::vector<Exchange> late;
    {
        const std::lock_guard lock(mutex_);
        const auto now = clocks_.steady();
        std::erase_if(held_, [&](Held& held) {
            if (now - held.since < hold_) return false;
            late.push_back(std::move(held.exchange));
            return true;
        });
        audience_.tidy(now);
    }
    for (const Exchange& exchange : late) Answer::silent().send(exchange);
}

void LiveHls::end() {
    std::vector<Held> held;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        held.swap(held_);
    }
    for (const Held& one : held) Answer::silent().send(one.exchange);
}

void LiveHls::serve(const ExchangeView& exchange, std::string_view file) {
    if (format_ == nullptr) {
        exchange.problem(404, "not_available",
                         "The station sends Vorbis, which HLS has no place for: listen to the "
                         "stream itself, or set the station's format to opus, aac, flac or mp3.");
        return;
    }
    const std::string dot = "." + extension_;
    if (file == "index.m3u8") {
        const std::uint32_t coded = format_->bit_rate != 0 ? format_->bit_rate : settings_.bit_rate;
        const std::uint32_t average = coded + format_->overhead;
        exchange.respond(Response(200)
                             .content_type(playlist_type)
                             .cache_control("max-age=60")
                             .body(live_multivariant(format_->codecs, average,
                                                     static_cast<std::uint32_t>(
                                                         std::lround(average * format_->varies)))));
        return;
    }
    if (file == "live.m3u8") return serve_playlist(exchange);
    if (const auto name = between(file, "segment", dot)) {
        if (const auto number = number_of<std::uint64_t>(*name))
            return serve_segment(exchange, *number);
    }
    if (const auto name = between(file, "init", ".mp4")) {
        if (const auto number = number_of<std::uint64_t>(*name))
            return serve_init(exchange, *number);
    }
    if (const auto name = between(file, "part", dot); name && format_->shape.parts) {
        const std::size_t point = name->find('.');
        const auto number = number_of<std::uint64_t>(name->substr(0, point));
        if (number && point != std::string_view::npos) {
            if (const auto part = number_of<std::uint32_t>(name->substr(point + 1)))
                return serve_part(exchange, *number, *part);
        }
    }
    Answer::none().send(exchange);
}

LiveHls::Figures LiveHls::figures() const {
    const std::lock_guard lock(mutex_);
    return {audience_.listeners(), audience_.peak(), audience_.came(), audience_.refused(), bytes_};
}

bool LiveHls::note_listener(const ExchangeView& exchange) {
    note_asked();
    return audience_.ask(exchange.remote_address(), exchange.header("user-agent").value_or(""),
                         asked_);
}

void LiveHls::note_asked() {
    asked_ = clocks_.steady();
    ever_asked_ = true;
}

// Whether it is in the playlist. A part that its segment ended without counts as the first of the
// next one (8216bis, 6.2.5.2).
bool LiveHls::ready(std::uint64_t number, std::optional<std::uint32_t> part) const {
    if (!window_.begun()) return false;
    const std::uint64_t next = window_.next_number();
    if (number != next) {
        if (number > next) return false;
        const LiveSegment* segment = window_.find(number);
        if (!part || segment == nullptr || *part < segment->parts.size() || number + 1 < next)
            return true;
        return window_.next_part() > 0;
    }
    return part && *part < window_.next_part();
}

LiveHls::Answer LiveHls::playlist_answer(bool exact) {
    if (!text_ || text_version_ != window_.version()) {
        text_ = std::make_shared<const std::string>(live_playlist(window_, extension_));
        text_version_ = window_.version();
    }
    Answer answer;
    answer.playlist = text_;
    answer.exact = exact;
    return answer;
}

// False: there are too many.
bool LiveHls::hold_request(const ExchangeView& exchange, const Wanted& wanted) {
    if (held_.size() >= most_held) return false;
    held_.push_back({exchange.keep(), wanted, asked_});
    return true;
}

bool LiveHls::there(const Wanted& wanted) const {
    if (wanted.playlist) return ready(wanted.number, wanted.part);
    return wanted.number < window_.next_number() || wanted.part.value_or(0) < window_.next_part();
}

void LiveHls::serve_playlist(const ExchangeView& exchange) {
    const auto told = [&](std::string_view name, auto& value, bool& wrong) {
        const auto text = exchange.query(name);
        if (!text) return;
        const auto number = number_of<typename std::decay_t<decltype(value)>::value_type>(*text);
        wrong = wrong || !number;
        value = number;
    };
    std::optional<std::uint64_t> number;
    std::optional<std::uint32_t> part;
    bool wrong = false;
    told("_HLS_msn", number, wrong);
    told("_HLS_part", part, wrong);
    Answer answer = Answer::problem(
        400, "invalid_request",
        "_HLS_msn and _HLS_part must be numbers of what comes next, the latter only with the "
        "former.");
    bool send = true;
    {
        const std::lock_guard lock(mutex_);
        note_asked();
        const std::uint64_t next = window_.next_number();
        // At most two segments ahead, and as many parts as last three seconds.
        const auto most_parts =
            static_cast<std::uint32_t>(std::ceil(3 / window_.shape().part_seconds));
        if (wrong || (part && !number)) {
            // As it is.
        } else if (ended_ || window_.segments().empty()) {
            answer = Answer::silent();
        } else if (!window_.begun() && (!number || number < next)) {
            send = !hold_request(exchange,
                                 {.playlist = true, .exact = false, .number = next, .part = {}});
            if (send) answer = Answer::busy();
        } else if (!number || ready(*number, part)) {
            answer = playlist_answer(number.has_value());
        } else if (*number <= next + 1 &&
                   (!part || (*number == next ? *part < window_.next_part() + most_parts
                                              : *part < most_parts))) {
            send = !hold_request(
                exchange, {.playlist = true, .exact = true, .number = *number, .part = part});
            if (send) answer = Answer::busy();
        }
    }
    if (send) answer.send(exchange);
}

// What goes before a segment, or before a part of it.
std::string LiveHls::opening_of(const LiveSegment& segment, std::size_t first) const {
    const std::uint64_t frame = segment.parts[first]->first;
    const Track* track = first == 0 ? segment.track.get() : nullptr;
    if (!segment.init) {
        return id3_tag(
            static_cast<std::uint64_t>(window_.began_ms()) * 90 + at_90khz(frame, window_.rate()),
            track);
    }
    const std::string title = track != nullptr ? id3_title(*track) : "";
    if (title.empty()) return title;
    return cmaf_event(window_.rate(), window_.media_time(frame),
                      static_cast<std::uint32_t>(segment.number), title);
}

LiveHls::Answer LiveHls::body_of(const LiveSegment& segment, std::size_t first, std::size_t end) {
    Answer answer;
    answer.content_type = format_->content_type;
    if (std::string opening = opening_of(segment, first); !opening.empty()) {
        bytes_ += opening.size();
        answer.slices.push_back(Slice::text(std::move(opening)));
    }
    ChunkPiece run;  // parts follow each other within a chunk
    const auto give = [&] {
        if (run.size == 0) return;
        const std::byte* bytes = run.chunk->coded().data() + run.offset;
        answer.slices.push_back(Slice::memory(run.chunk, bytes, run.size));
        run = {};
    };
    for (std::size_t at = first; at < end; ++at) {
        const auto& part = segment.parts[at];
        bytes_ += part->head.size() + part->bytes;
        if (!part->head.empty()) {
            give();
            answer.slices.push_back(Slice::memory(part, part->head.data(), part->head.size()));
        }
        for (const ChunkPiece& piece : part->pieces) {
            if (run.size != 0 && run.chunk == piece.chunk) {
                run.size += piece.size;
            } else {
                give();
                run = piece;
            }
        }
    }
    give();
    return answer;
}

void LiveHls::serve_init(const ExchangeView& exchange, std::uint64_t number) {
    Answer answer = Answer::none();
    {
        const std::lock_guard lock(mutex_);
        note_asked();
        if (const auto init = window_.find_init(number)) {
            answer = Answer();
            answer.content_type = "audio/mp4";
            answer.slices.push_back(Slice::memory(init, init->bytes.data(), init->bytes.size()));
        }
    }
    answer.send(exchange);
}

void LiveHls::serve_segment(const ExchangeView& exchange, std::uint64_t number) {
    Answer answer = Answer::none();
    {
        const std::lock_guard lock(mutex_);
        const bool welcome = note_listener(exchange);
        const LiveSegment* segment = window_.find(number);
        if (!welcome) {
            answer = Answer::full();
        } else if (segment != nullptr && segment->complete && !segment->parts.empty()) {
            answer = body_of(*segment, 0, segment->parts.size());
        }
    }
    answer.send(exchange);
}

LiveHls::Answer LiveHls::part_answer(std::uint64_t number, std::uint32_t part) {
    const LiveSegment* segment = window_.find(number);
    if (segment == nullptr || part >= segment->parts.size()) return Answer::none();
    return body_of(*segment, part, part + 1);
}

void LiveHls::serve_part(const ExchangeView& exchange, std::uint64_t number, std::uint32_t part) {
    Answer answer = Answer::full();
    {
        const std::lock_guard lock(mutex_);
        if (note_listener(exchange)) {
            // The one that was hinted at may be waited for.
            if (!ended_ && window_.version() > 0 && number == window_.next_number() &&
                part == window_.next_part() &&
                hold_request(exchange,
                             {.playlist = false, .exact = true, .number = number, .part = part}))
                return;
            answer = part_answer(number, part);
        }
    }
    answer.send(exchange);
}

}  // namespace consort::radio
