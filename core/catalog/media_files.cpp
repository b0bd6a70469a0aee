#include "core/catalog/media_files.hpp"

namespace consort::catalog {
namespace {

class PluginMediaFiles final : public MediaFiles {
  public:
    PluginMediaFiles(media::Storage& storage, const media::Containers& containers)
        : storage_(storage), containers_(containers) {}

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
    Result<media::Storage::Watch> watch(std::string_view uri,
                                        media::Storage::Changed changed) override {
        return storage_.watch(uri, std::move(changed));
    }

  private:
    media::Storage& storage_;
    const media::Containers& containers_;
};

}  // namespace

std::unique_ptr<MediaFiles> plugin_media_files(media::Storage& storage,
                                               const media::Containers& containers) {
    return std::make_unique<PluginMediaFiles>(storage, containers);
}

}  // namespace consort::catalog
