#include "plugins/radio/sound/testing.hpp"

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>

#include "consort/offers/encoder.hpp"

#include "plugins/codec/aac/aac_encoder.hpp"
#include "plugins/codec/flac/flac_encoder.hpp"
#include "plugins/codec/mp3/mp3_encoder.hpp"
#include "plugins/codec/opus/opus_encoder.hpp"
#include "plugins/codec/vorbis/vorbis_encoder.hpp"
#include "plugins/radio/sound/converter.hpp"

namespace consort::radio::testing {

using consort::testing::FakeHost;

Pcm sweep(std::uint32_t rate, std::uint64_t frames, float level) {
    Pcm pcm(2 * frames);
    const double length = static_cast<double>(frames) / rate, k = std::log(200.0) / length;
    for (std::uint64_t i = 0; i < frames; ++i) {
        const double t = static_cast<double>(i) / rate;
        const double phase = 2 * std::numbers::pi * 50 * (std::exp(k * t) - 1) / k;
        pcm[2 * i] = level * static_cast<float>(std::sin(phase));
        pcm[2 * i + 1] = -pcm[2 * i];
    }
    return pcm;
}

Pcm tone(std::uint32_t rate, std::uint64_t frames, double hertz, float level) {
    Pcm pcm(2 * frames);
    for (std::uint64_t i = 0; i < frames; ++i)
        pcm[2 * i] = pcm[2 * i + 1] =
            level * static_cast<float>(
                        std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
    return pcm;
}

Pcm part(const Pcm& pcm, std::uint64_t from, std::uint64_t to) {
    return Pcm(pcm.begin() + static_cast<std::ptrdiff_t>(2 * from),
               pcm.begin() + static_cast<std::ptrdiff_t>(2 * to));
}

FakeSound float_sound(const Pcm& pcm, std::uint32_t rate, std::string identity, Tags tags) {
    FakeSound sound;
    sound.format.rate = rate;
    sound.format.channels = 2;
    sound.format.channel_mask = 3;
    sound.format.sample_format = CONSORT_PCM_F32;
    sound.format.frames = pcm.size() / 2;
    const auto bytes = std::as_bytes(std::span(pcm));
    sound.values.assign(bytes.begin(), bytes.end());
    sound.identity = std::move(identity);
    sound.tags = std::move(tags);
    return sound;
}

// ---- consort.host.sound/1 ----

struct SoundHost::State {
    explicit State(SoundHost& owner) : host(owner) {}
    SoundHost& host;
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<const FakeSound>> sounds;
    std::map<std::string, consort_encoder> tables;
    std::map<std::string, std::unique_ptr<OfferingBase>> encoders;
    std::map<std::string, void*> selves;

    template <class Encoder>
    void add_encoder(const std::string& codec, const HostLink& link) {
        auto encoder = std::make_shared<Encoder>();
        tables[codec] = encoder_table(*encoder);
        auto offering = std::make_unique<Offering<Encoder>>(link, std::move(encoder));
        selves[codec] = offering.get();
        encoders[codec] = std::move(offering);
    }
    static inline std::mutex all_mutex;
    static inline std::map<consort_host*, State*> all;
    static State& of(consort_host* raw) {
        const std::lock_guard lock(all_mutex);
        return *all.at(raw);
    }
};

namespace {

struct Opened {
    std::shared_ptr<const FakeSound> sound;
    static Opened& of(const consort_sound* raw) {
        return *reinterpret_cast<Opened*>(const_cast<consort_sound*>(raw));
    }
};

consort_status read_sound(consort_sound* raw, std::uint64_t position, std::uint64_t frames,
                          void* buffer, std::uint64_t* got) noexcept {
    const FakeSound& sound = *Opened::of(raw).sound;
    if (sound.reads) sound.reads(position);
    if (position + frames > sound.broken_at) return CONSORT_E_CORRUPT;
    const std::uint32_t size = frame_size(sound.format);
    const std::uint64_t all = sound.values.size() / size;
    *got = position < all ? std::min(frames, all - position) : 0;
    if (*got != 0) std::memcpy(buffer, sound.values.data() + position * size, *got * size);
    return CONSORT_OK;
}

const consort_sound_api& sound_api() {
    static const consort_sound_api table = [] {
        consort_sound_api t{};
        t.struct_size = sizeof t;
        t.open = [](consort_host* host, consort_str uri, consort_sound** out) noexcept {
            auto& state = SoundHost::State::of(host);
            const std::lock_guard lock(state.mutex);
            const std::string name(view(uri));
            const auto found = state.sounds.find(name);
            if (found == state.sounds.end()) return consort_status{CONSORT_E_NOT_FOUND};
            if (state.host.open_fails && state.host.open_fails(name))
                return consort_status{CONSORT_E_IO};
            auto opened = std::make_unique<Opened>(Opened{found->second});
            *out = reinterpret_cast<consort_sound*>(opened.release());
            return consort_status{CONSORT_OK};
        };
        t.close = [](consort_sound* raw) noexcept {
            std::unique_ptr<Opened>(&Opened::of(raw)).reset();
        };
        t.format = [](const consort_sound* raw, consort_pcm* out) noexcept {
            *out = Opened::of(raw).sound->format;
        };
        t.identity = [](const consort_sound* raw) noexcept {
            return str(Opened::of(raw).sound->identity);
        };
        t.tags = [](const consort_sound* raw, void (*tag)(void*, consort_str, consort_str) noexcept,
                    void* arg) noexcept {
            for (const auto& [name, value] : Opened::of(raw).sound->tags)
                tag(arg, str(name), str(value));
        };
        t.read = read_sound;
        t.encoder = [](consort_host* host, consort_str codec,
                       consort_encoder_component* out) noexcept {
            auto& state = SoundHost::State::of(host);
            const std::string name(view(codec));
            const auto found = state.tables.find(name);
            if (found == state.tables.end()) return consort_status{CONSORT_E_NOT_FOUND};
            *out = {&found->second, state.selves.at(name)};
            if (state.host.swap) *out = state.host.swap(name, *out);
            return consort_status{CONSORT_OK};
        };
        return t;
    }();
    return table;
}

}  // namespace

SoundHost::SoundHost() : state_(std::make_unique<State>(*this)) {
    api_ = FakeHost::api();
    api_.query = [](consort_host* host, const char* id) noexcept -> const void* {
        if (std::string_view(id) == CONSORT_SERVICE_SOUND) return &sound_api();
        return FakeHost::api().query(host, id);
    };
    {
        const std::lock_guard lock(State::all_mutex);
        State::all[fake.raw()] = state_.get();
    }
    state_->add_encoder<codec::AacEncoder>("aac", link());
    state_->add_encoder<codec::FlacEncoder>("flac", link());
    state_->add_encoder<codec::Mp3Encoder>("mp3", link());
    state_->add_encoder<codec::OpusEncoder>("opus", link());
    state_->add_encoder<codec::VorbisEncoder>("vorbis", link());
}

SoundHost::~SoundHost() {
    const std::lock_guard lock(State::all_mutex);
    State::all.erase(fake.raw());
}

HostLink SoundHost::link() {
    HostLink link;
    link.host = fake.raw();
    link.api = &api_;
    link.log = link.query<consort_log_api>(CONSORT_SERVICE_LOG);
    return link;
}

void SoundHost::add(const std::string& uri, FakeSound sound) {
    const std::lock_guard lock(state_->mutex);
    state_->sounds[uri] = std::make_shared<const FakeSound>(std::move(sound));
}

void SoundHost::remove(const std::string& uri) {
    const std::lock_guard lock(state_->mutex);
    state_->sounds.erase(uri);
}

// ---- the programme and the listener ----

std::optional<Entry> ListUpcoming::next() {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    if (at_ >= entries_.size()) {
        if (!loop_) return std::nullopt;
        at_ = 0;
    }
    return entries_[at_];
}
std::vector<Entry> ListUpcoming::next_few(std::size_t count) {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> few;
    for (std::size_t i = at_; few.size() < count; ++i) {
        if (i >= entries_.size() && (!loop_ || entries_.empty())) break;
        few.push_back(entries_[i % entries_.size()]);
    }
    return few;
}
void ListUpcoming::began(const Entry&, const Track& track) {
    const std::lock_guard lock(mutex_);
    begun_.push_back(track.title);
    ++at_;
}
void ListUpcoming::failed(const Entry& entry, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(entry.uri + ": " + reason);
    ++at_;
}
void ListUpcoming::reached(double seconds) {
    const std::lock_guard lock(mutex_);
    reached_ = seconds;
}
void ListUpcoming::set(std::vector<Entry> entries) {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(entries);
    at_ = 0;
}
std::vector<std::string> ListUpcoming::begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
}
std::vector<std::string> ListUpcoming::failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
}
double ListUpcoming::last_reached() const {
    const std::lock_guard lock(mutex_);
    return reached_;
}

void ChunkList::chunk(SharedChunk made) {
    {
        const std::lock_guard lock(mutex_);
        chunks_.push_back(std::move(made));
    }
    more_.notify_all();
}
std::vector<SharedChunk> ChunkList::chunks() const {
    const std::lock_guard lock(mutex_);
    return chunks_;
}
bool ChunkList::wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::minutes(1), [&] { return chunks_.size() >= count; });
}
Bytes ChunkList::bytes(std::size_t first) const {
    Bytes all;
    const auto list = chunks();
    for (std::size_t i = first; i < list.size(); ++i) {
        if (i == first && list[i]->opening) all = *list[i]->opening;
        all.insert(all.end(), list[i]->bytes.begin(), list[i]->bytes.end());
    }
    return all;
}

Voice::Ahead MemoryVoice::ahead() const {
    if (state != Condition::kReady) return {};
    const std::uint64_t all = pcm_.size() / 2;
    return {std::min(all, hold) - at_, hold >= all};
}

std::size_t MemoryVoice::take(float* stereo, std::size_t frames) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(frames, ahead().frames));
    std::copy_n(pcm_.data() + 2 * at_, 2 * count, stereo);
    at_ += count;
    return count;
}

// ---- FFmpeg ----

Decoded decode(const Bytes& stream, const std::string& demuxer) {
    namespace fs = std::filesystem;
    std::string pattern = (fs::temp_directory_path() / "radio-sound-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) return {{}, "no temporary directory"};
    const fs::path folder(pattern);
    std::ofstream(folder / "in", std::ios::binary)
        .write(reinterpret_cast<const char*>(stream.data()),
               static_cast<std::streamsize>(stream.size()));
    const auto in = [&](const char* name) { return "'" + (folder / name).string() + "'"; };
    const std::string command = "cat " + in("in") + " | ffmpeg -v warning -f " + demuxer +
                                " -i - -f f32le -ac 2 -y " + in("out") + " 2>" + in("log");
    const int code = std::system(command.c_str());
    Decoded decoded;
    std::ifstream log(folder / "log");
    decoded.complaints.assign(std::istreambuf_iterator<char>(log), {});
    if (code != 0) decoded.complaints += "\nffmpeg failed";
    std::ifstream out(folder / "out", std::ios::binary);
    const std::string raw(std::istreambuf_iterator<char>(out), {});
    decoded.pcm.resize(raw.size() / sizeof(float));
    std::memcpy(decoded.pcm.data(), raw.data(), decoded.pcm.size() * sizeof(float));
    fs::remove_all(folder);
    return decoded;
}

}  // namespace consort::radio::testing
