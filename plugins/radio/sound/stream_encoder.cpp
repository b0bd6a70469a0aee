#include "plugins/radio/sound/stream_encoder.hpp"

#include <algorithm>
#include <memory>

#include "consort/failure.hpp"
#include "consort/media.hpp"

namespace consort::radio {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100}, kLongestPause{5'000};
constexpr std::uint64_t kStereo = 3;  // left and right, of the channel mask

}  // namespace

StreamEncoder::StreamEncoder(StreamCoding coding, StreamWork& work, Framer& framer)
    : coding_(std::move(coding)), work_(work), framer_(framer), thread_([this] { run(); }) {}

StreamEncoder::~StreamEncoder() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

bool StreamEncoder::stopping() {
    const std::lock_guard lock(mutex_);
    return stop_;
}

void StreamEncoder::run() noexcept {
    auto pause = kFirstPause;
    while (!stopping()) {
        const Result<void> done = contained([&] { return run_once(); });
        if (stopping()) return;
        if (given_ > coding_.rate * std::uint64_t{60}) pause = kFirstPause;
        work_.failed(done ? "the encoder ended" : done.error().text);
        framer_.end();
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, pause, [&] { return stop_; });
        pause = std::min(2 * pause, kLongestPause);
    }
}

Result<void> StreamEncoder::read(std::uint64_t position, std::uint64_t frames, float* buffer) {
    if (position != pulled_ - run_began_)
        return Error{CONSORT_E_UNSUPPORTED, "The encoder does not take its sound in order."};
    if (stopping() || !work_.pull(buffer, frames))
        return Error{CONSORT_E_CANCELED, "the station ends"};
    pulled_ += frames;
    return {};
}

Result<void> StreamEncoder::run_once() {
    given_ = 0;
    const auto found = work_.find(coding_.codec);
    if (!found) return found.error();
    const consort_encoder& encoder = *found->table;

    consort_pcm pcm{};
    pcm.rate = coding_.rate;
    pcm.channels = 2;
    pcm.channel_mask = kStereo;
    pcm.sample_format = CONSORT_PCM_F32;
    pcm.frames = CONSORT_PCM_ENDLESS;
    consort_encode_source source{};
    source.struct_size = sizeof source;
    source.kind = CONSORT_TRACK_AUDIO;
    source.pcm = &pcm;
    consort_encode_settings settings{};
    settings.struct_size = sizeof settings;
    settings.bit_rate = coding_.codec == "flac" ? 0 : coding_.bit_rate;
    settings.sample_rate = coding_.rate;
    settings.channels = 2;
    settings.bits_per_sample = coding_.codec == "flac" ? 16 : 0;
    consort_encoding* made = nullptr;
    const consort_status prepared = encoder.prepare(found->self, &source, &settings, &made);
    if (prepared < 0) return error_of(prepared, "the " + coding_.codec + " encoder refuses");
    const std::unique_ptr<consort_encoding, void (*)(consort_encoding*) noexcept> encoding(
        made, encoder.release);

    consort_track track{};
    track.struct_size = sizeof track;
    const consort_status told = encoder.track(made, &track);
    if (told < 0) return error_of(told, "the encoder does not say what it makes");
    if (track.timescale != coding_.rate)
        return Error{CONSORT_E_UNSUPPORTED, "The " + coding_.codec + " encoder cannot make " +
                                                std::to_string(coding_.rate) + " Hz."};
    run_began_ = pulled_;
    if (auto done = framer_.begin(track, pulled_); !done) return done;
    work_.runs();

    struct Failed {
        StreamEncoder& self;
        std::string why;
    } call{*this, {}};
    consort_pcm_input input{};
    input.self = &call;
    input.read = [](void* raw, std::uint64_t position, std::uint64_t frames, void* buffer,
                    std::uint64_t* got) noexcept -> consort_status {
        auto& [self, why] = *static_cast<Failed*>(raw);
        const auto done =
            contained([&] { return self.read(position, frames, static_cast<float*>(buffer)); });
        if (done) {
            *got = frames;
            return CONSORT_OK;
        }
        why = done.error().text;
        return done.error().status;
    };
    input.canceled = [](void* raw) noexcept -> std::int32_t {
        return static_cast<Failed*>(raw)->self.stopping() ? 1 : 0;
    };
    consort_encode_sink sink{};
    sink.self = &call;
    sink.sample = [](void* raw, const consort_sample* sample,
                     const void* data) noexcept -> consort_status {
        auto& [self, why] = *static_cast<Failed*>(raw);
        const auto done = contained([&] {
            return self.framer_.sample(
                {{static_cast<const std::byte*>(data), sample->size}, sample->duration});
        });
        self.given_ += sample->duration;
        if (done) return CONSORT_OK;
        why = done.error().text;
        return done.error().status;
    };
    const consort_status status = encoder.encode(made, 0, INT64_MAX, input, sink);
    if (!call.why.empty()) return Error{status < 0 ? status : CONSORT_E_INTERNAL, call.why};
    return check(status, "the encoder failed");
}

}  // namespace consort::radio
