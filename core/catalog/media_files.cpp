#include "core/catalog/media_files.hpp"

namespace consort::catalog {
namespace {

class PluginMediaFiles final : public MediaFiles {
  public:
    PluginMediaFiles(media::Storage& storage, const media::Containers& containers,
                     const media::Images& images, const media::MediaService& service)
        : storage_(storage), containers_(containers), images_(images), service_(service) {}

    Result<std::vector<media::DirectoryEntry>> list(std::string_view uri) override {
        return storage_.list(uri);
    }
    Result<consort_stat> look(std::string_view uri) override { return storage_.look(uri); }
    bool worth_a_probe(std::string_view file_name) const override {
        return containers_.worth_a_probe(file_name);
    }
    Result<Inspection> inspect(std::string_view uri, std::string_view file_name) override {
        auto source = storage_.open(uri);
        if (!source) return source.error();
        auto probe = containers_.probe(**source, file_name);
        if (!probe) return probe.error();
        auto identity = media::content_identity(**source);
        if (!identity) return identity.error();
        return Inspection{std::move(*probe), std::move(*identity)};
    }
    Result<media::Cover> cover(std::string_view uri, std::string_view file_name) override {
        auto source = storage_.open(uri);
        if (!source) return source.error();
        return containers_.cover(**source, file_name);
    }
    Result<std::string> read(std::string_view uri, std::uint64_t max_bytes) override {
        auto source = storage_.open(uri);
        if (!source) return source.error();
        const std::uint64_t size = (*source)->stat().size;
        if (size > max_bytes)
            return Error{CONSORT_E_UNSUPPORTED, "The file is too large to be an image."};
        std::string bytes(size, '\0');
        auto got = (*source)->read(0, bytes.data(), size);
        if (!got) return got.error();
        bytes.resize(*got);
        return bytes;
    }
    Result<media::Cover> scale(std::string_view picture, unsigned longest_side) override {
        return images_.scale(picture, longest_side);
    }
    std::optional<SoundExtent> extent(std::string_view identity) override {
        const auto track = service_.indexed_sound(identity);
        if (!track || track->edit_start < 0) return {};
        const auto delay = static_cast<std::uint64_t>(track->edit_start);
        const std::uint64_t samples = track->edit_duration;
        if (samples == 0 || delay > track->media_duration) return {};
        const std::uint64_t rest = track->media_duration - delay;
        return SoundExtent{delay, rest > samples ? rest - samples : 0, samples};
    }
    Result<media::Storage::Watch> watch(std::string_view uri,
                                        media::Storage::Changed changed) override {
        return storage_.watch(uri, std::move(changed));
    }

  private:
    media::Storage& storage_;
    const media::Containers& containers_;
    const media::Images& images_;
    const media::MediaService& service_;
};

}  // namespace

std::unique_ptr<MediaFiles> plugin_media_files(media::Storage& storage,
                                               const media::Containers& containers,
                                               const media::Images& images,
                                               const media::MediaService& service) {
    return std::make_unique<PluginMediaFiles>(storage, containers, images, service);
}

}  // namespace consort::catalog
