#include "plugins/radio/hls/live_hls.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "plugins/radio/hls/id3_tag.hpp"
#include "plugins/radio/hls/live_playlist.hpp"

namespace consort::radio {

namespace {

constexpr const char* playlist_type = "application/vnd.apple.mpegurl";
// Seconds without a request after which nobody is taken to listen.
constexpr std::chrono::seconds listening{60};

std::int64_t system_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// Grows faster from one start to the next than segments are made in between.
std::uint64_t first_number(std::int64_t wall_ms) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(wall_ms, 0)) / 2'000;
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
    std::string tag;
    const char* content_type = "";
    std::vector<ChunkPiece> pieces;  // empty, and no playlist: a problem
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
        response.reserve(1 + pieces.size());
        response.add(Slice::text(std::move(tag)));
        for (const ChunkPiece& piece : pieces) {
            response.add(
                Slice::memory(piece.chunk, piece.chunk->bytes.data() + piece.offset, piece.size));
        }
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
    static Answer silent() {
        return problem(503, "no_stream",
                       "The station does not bring anything at the moment: try again shortly.");
    }
};

LiveHls::Clocks::Clocks() : wall_ms(system_ms) {}

bool LiveHls::carries(std::string_view format) noexcept {
    return format == "mp3" || format == "aac";
}

LiveHls::LiveHls(LiveHlsSettings settings, Clocks clocks)
    : settings_(std::move(settings)),
      clocks_(std::move(clocks)),
      extension_(carries(settings_.format) ? settings_.format : ""),
      content_type_(settings_.format == "mp3" ? "audio/mpeg" : "audio/aac"),
      window_(first_number(clocks_.wall_ms())) {}

void LiveHls::chunk(SharedChunk made) {
    if (extension_.empty()) return;
    Answers answers;
    {
        const std::lock_guard lock(mutex_);
        const bool asked = ever_asked_ && clocks_.steady() - asked_ < listening;
        window_.add(made, clocks_.wall_ms(), asked);
        std::erase_if(held_, [&](Held& held) {
            const bool there = held.playlist ? ready(held.number, held.part)
                                             : held.number < window_.next_number() ||
                                                   *held.part < window_.next_part();
            if (!there) return false;
            answers.push_back(held.playlist ? playlist_answer(true)
                                            : part_answer(held.number, held.part.value_or(0)));
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
            if (now - held.since < hold) return false;
            late.push_back(std::move(held.exchange));
            return true;
        });
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
    if (extension_.empty()) {
        exchange.problem(
            404, "not_available",
            "This station's format has no place in HLS: listen to the stream itself, or "
            "set its format to mp3 or aac.");
        return;
    }
    const std::string dot = "." + extension_;
    if (file == "index.m3u8") {
        const char* codecs = settings_.format == "mp3" ? "mp4a.40.34" : "mp4a.40.2";
        exchange.respond(
            Response(200)
                .content_type(playlist_type)
                .cache_control("max-age=60")
                .body(live_multivariant(codecs, settings_.bit_rate, settings_.format == "mp3")));
        return;
    }
    if (file == "live.m3u8") return serve_playlist(exchange);
    if (const auto name = between(file, "segment", dot)) {
        if (const auto number = number_of<std::uint64_t>(*name))
            return serve_segment(exchange, *number);
    }
    if (const auto name = between(file, "part", dot)) {
        const std::size_t point = name->find('.');
        const auto number = number_of<std::uint64_t>(name->substr(0, point));
        if (number && point != std::string_view::npos) {
            if (const auto part = number_of<std::uint32_t>(name->substr(point + 1)))
                return serve_part(exchange, *number, *part);
        }
    }
    Answer::none().send(exchange);
}

void LiveHls::note_asked() {
    asked_ = clocks_.steady();
    ever_asked_ = true;
}

// Whether it is in the playlist. A part that its segment ended without counts as the first of the
// next one (8216bis, 6.2.5.2).
bool LiveHls::ready(std::uint64_t number, std::optional<std::uint32_t> part) const {
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
bool LiveHls::hold_request(const ExchangeView& exchange, bool playlist, std::uint64_t number,
                           std::optional<std::uint32_t> part) {
    if (held_.size() >= most_held) return false;
    held_.push_back({exchange.keep(), playlist, number, part, asked_});
    return true;
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
        const auto most_parts = static_cast<std::uint32_t>(std::ceil(3 / LiveWindow::part_seconds));
        const bool begun = window_.version() > 0;
        if (wrong || (part && !number)) {
            // As it is.
        } else if (ended_ || !begun) {
            answer = Answer::silent();
        } else if (!number || ready(*number, part)) {
            answer = playlist_answer(number.has_value());
        } else if (*number <= next + 1 &&
                   (!part || (*number == next ? *part < window_.next_part() + most_parts
                                              : *part < most_parts))) {
            send = !hold_request(exchange, true, *number, part);
            if (send)
                answer = Answer::problem(503, "busy", "As many requests wait as may: try again.");
        }
    }
    if (send) answer.send(exchange);
}

LiveHls::Answer LiveHls::body_of(const LiveSegment& segment, std::size_t first,
                                 std::size_t end) const {
    Answer answer;
    answer.content_type = content_type_;
    answer.tag = id3_tag(static_cast<std::uint64_t>(window_.began_ms()) * 90 +
                             at_90khz(segment.parts[first]->first, window_.rate()),
                         first == 0 ? segment.track.get() : nullptr);
    for (std::size_t part = first; part < end; ++part) {
        for (const ChunkPiece& piece : segment.parts[part]->pieces) {
            if (!answer.pieces.empty() && answer.pieces.back().chunk == piece.chunk) {
                answer.pieces.back().size += piece.size;  // parts follow each other within a chunk
            } else {
                answer.pieces.push_back(piece);
            }
        }
    }
    return answer;
}

void LiveHls::serve_segment(const ExchangeView& exchange, std::uint64_t number) {
    Answer answer = Answer::none();
    {
        const std::lock_guard lock(mutex_);
        note_asked();
        const LiveSegment* segment = window_.find(number);
        if (segment != nullptr && segment->complete && !segment->parts.empty())
            answer = body_of(*segment, 0, segment->parts.size());
    }
    answer.send(exchange);
}

LiveHls::Answer LiveHls::part_answer(std::uint64_t number, std::uint32_t part) const {
    const LiveSegment* segment = window_.find(number);
    if (segment == nullptr || part >= segment->parts.size()) return Answer::none();
    return body_of(*segment, part, part + 1);
}

void LiveHls::serve_part(const ExchangeView& exchange, std::uint64_t number, std::uint32_t part) {
    Answer answer = Answer::none();
    {
        const std::lock_guard lock(mutex_);
        note_asked();
        // The one that was hinted at may be waited for.
        if (!ended_ && window_.version() > 0 && number == window_.next_number() &&
            part == window_.next_part() && hold_request(exchange, false, number, part))
            return;
        answer = part_answer(number, part);
    }
    answer.send(exchange);
}

}  // namespace consort::radio
