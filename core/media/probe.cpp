#include "core/media/probe.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "core/media/plugin_call.hpp"

namespace consort::media {
namespace {

// Bounds on what one file may make us keep.
constexpr std::size_t kMaxTags = 4'096;
constexpr std::size_t kMaxTagBytes = 1 << 20;
constexpr std::size_t kMaxTracks = 256;
constexpr std::uint64_t kMaxCover = 64 << 20;

std::string text(consort_str from) {
    return from.len == 0 ? std::string() : std::string(from.ptr, from.len);
}

consort_input input_of(Source& source, std::string_view name) {
    consort_input input{};
    input.self = &source;
    input.size = source.stat().size;
    input.name = {name.data(), name.size()};
    input.read = [](void* self, std::uint64_t offset, void* buffer, std::uint64_t size,
                    std::uint64_t* got) noexcept -> consort_status {
        auto done = static_cast<Source*>(self)->read(offset, buffer, size);
        if (!done) return done.error().status;
        *got = *done;
        return CONSORT_OK;
    };
    input.canceled = [](void*) noexcept -> std::int32_t { return 0; };
    return input;
}

ProbedTrack probed(const consort_track& from) {
    ProbedTrack to;
    to.kind = from.kind;
    to.flags = from.flags;
    to.codec = text(from.codec);
    to.codec_string = text(from.codec_string);
    to.language = text(from.language);
    to.title = text(from.title);
    to.sample_rate = from.sample_rate;
    to.channels = from.channels;
    to.bits_per_sample = from.bits_per_sample;
    to.width = from.width;
    to.height = from.height;
    to.rotation = static_cast<std::uint32_t>(from.rotation);
    to.average_bit_rate = from.average_bit_rate;
    return to;
}

consort_probe_sink sink_of(Probe& probe) {
    consort_probe_sink sink{};
    sink.self = &probe;
    sink.container = [](void* self, consort_str name, consort_str type,
                        std::int64_t duration) noexcept {
        auto& to = *static_cast<Probe*>(self);
        to.container = text(name);
        to.content_type = text(type);
        to.duration_ns = duration;
    };
    sink.track = [](void* self, const consort_track* track) noexcept {
        auto& to = *static_cast<Probe*>(self);
        if (to.tracks.size() < kMaxTracks) to.tracks.push_back(probed(*track));
    };
    sink.tag = [](void* self, consort_str name, consort_str value) noexcept {
        auto& to = *static_cast<Probe*>(self);
        if (to.tags.size() < kMaxTags && name.len <= kMaxTagBytes && value.len <= kMaxTagBytes)
            to.tags.emplace_back(text(name), text(value));
    };
    sink.has_cover = [](void* self) noexcept { static_cast<Probe*>(self)->has_cover = true; };
    return sink;
}

// Asks one after the other until one does not say UNSUPPORTED.
template <class Call>
Result<void> first_that_can(const std::vector<host::Component<consort_container>>& containers,
                            std::string_view name, Call call) {
    Error last{CONSORT_E_UNSUPPORTED, "No container plugin understands " + std::string(name) + "."};
    for (const auto& container : containers) {
        const consort_status status = call(container);
        if (status >= 0) return {};
        last = plugin_error(status, "The container plugin " + container.plugin_id + " can't read " +
                                        std::string(name) + ".");
        if (status != CONSORT_E_UNSUPPORTED) break;
    }
    return last;
}

}  // namespace

Containers::Containers(const host::ComponentRegistry& registry)
    : containers_(registry.all<consort_container>(CONSORT_CONTAINER)) {}

bool Containers::worth_a_probe(std::string_view file_name) const {
    const auto dot = file_name.rfind('.');
    if (dot == std::string_view::npos) return false;
    std::string extension(file_name.substr(dot + 1));
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& container : containers_) {
        if (container.table->extensions == nullptr) continue;
        for (const char* const* known = container.table->extensions; *known != nullptr; ++known)
            if (extension == *known) return true;
    }
    return false;
}

Result<Probe> Containers::probe(Source& source, std::string_view name) const {
    Probe probe;
    auto done = first_that_can(containers_, name, [&](const auto& container) {
        probe = {};
        return container.table->probe(container.self, input_of(source, name), sink_of(probe));
    });
    if (!done) return done.error();
    return probe;
}

Result<Cover> Containers::cover(Source& source, std::string_view name) const {
    Cover cover;
    const auto ready = [](void* arg, consort_str type, const void* bytes,
                          std::uint64_t size) noexcept -> consort_status {
        if (size > kMaxCover) return CONSORT_E_UNSUPPORTED;
        auto& to = *static_cast<Cover*>(arg);
        to.content_type = text(type);
        to.bytes.assign(static_cast<const char*>(bytes), size);
        return CONSORT_OK;
    };
    auto done = first_that_can(containers_, name, [&](const auto& container) {
        return container.table->cover(container.self, input_of(source, name), ready, &cover);
    });
    if (!done) return done.error();
    return cover;
}

Result<void> Containers::index(Source& source, std::string_view name,
                               consort_index_sink sink) const {
    return first_that_can(containers_, name, [&](const auto& container) {
        return container.table->index(container.self, input_of(source, name), sink);
    });
}

}  // namespace consort::media
