#include "core/media/storage.hpp"

#include <optional>

#include "core/media/plugin_call.hpp"

namespace consort::media {
namespace {

using StorageComponent = host::Component<consort_storage>;

consort_str borrow(std::string_view text) { return {text.data(), text.size()}; }

std::string_view scheme_of(std::string_view uri) { return uri.substr(0, uri.find(':')); }

class PluginSource final : public Source {
  public:
    PluginSource(StorageComponent storage, consort_source* handle, const consort_stat& stat,
                 std::string uri, observe::Counter& bytes_read)
        : storage_(std::move(storage)),
          handle_(handle),
          stat_(stat),
          uri_(std::move(uri)),
          bytes_read_(bytes_read),
          descriptor_(storage_.table->descriptor != nullptr
                          ? storage_.table->descriptor(storage_.self, handle)
                          : -1) {}
    ~PluginSource() override { storage_.table->close(storage_.self, handle_); }

    const consort_stat& stat() const noexcept override { return stat_; }
    int descriptor() const noexcept override { return descriptor_; }

    Result<std::uint64_t> read(std::uint64_t offset, void* buffer, std::uint64_t size) override {
        std::uint64_t got = 0;
        const consort_status status =
            storage_.table->read(storage_.self, handle_, offset, buffer, size, &got);
        if (status < 0) return plugin_error(status, "Can't read " + uri_ + ".");
        if (got > size)
            return Error{CONSORT_E_INTERNAL,
                         "The storage plugin " + storage_.plugin_id + " read more than asked."};
        bytes_read_.add(static_cast<double>(got));
        return got;
    }

  private:
    StorageComponent storage_;
    consort_source* handle_;
    consort_stat stat_;
    std::string uri_;
    observe::Counter& bytes_read_;
    int descriptor_;
};

struct WatchState {
    WatchState(const StorageComponent& from, Storage::Changed tell)
        : storage(from), changed(std::move(tell)) {}
    WatchState(const WatchState&) = delete;
    WatchState& operator=(const WatchState&) = delete;
    ~WatchState() {
        if (handle != nullptr) storage.table->unwatch(storage.self, handle);
    }

    StorageComponent storage;
    Storage::Changed changed;
    void* handle = nullptr;
};

}  // namespace

struct Storage::Impl {
    const host::ComponentRegistry& registry;
    observe::Counter& bytes_read;

    // Not kept: plugins may still be offering when the first of them opens something.
    Result<StorageComponent> find(std::string_view uri) const {
        for (auto& storage : registry.all<consort_storage>(CONSORT_STORAGE))
            if (storage.table->scheme == scheme_of(uri)) return storage;
        return Error{CONSORT_E_UNSUPPORTED, "No storage plugin serves " + std::string(uri) +
                                                ". Enable one for the scheme '" +
                                                std::string(scheme_of(uri)) + "'."};
    }
};

Storage::Storage(const host::ComponentRegistry& registry, observe::Metrics& metrics)
    : impl_(new Impl{registry,
                     metrics.counter("consort_source_bytes_read_total",
                                     "Bytes read from sources through the storage plugins.")}) {}
Storage::~Storage() = default;

Result<std::shared_ptr<Source>> Storage::open(std::string_view path_or_uri) {
    const std::string uri = to_uri(path_or_uri);
    auto storage = impl_->find(uri);
    if (!storage) return storage.error();
    consort_source* handle = nullptr;
    consort_status status = storage->table->open(storage->self, borrow(uri), &handle);
    if (status < 0) return plugin_error(status, "Can't open " + uri + ".");
    consort_stat stat{};
    status = storage->table->stat(storage->self, handle, &stat);
    if (status < 0) {
        const Error error = plugin_error(status, "Can't look at " + uri + ".");
        storage->table->close(storage->self, handle);
        return error;
    }
    return std::shared_ptr<Source>(
        std::make_shared<PluginSource>(*storage, handle, stat, uri, impl_->bytes_read));
}

Result<consort_stat> Storage::look(std::string_view path_or_uri) {
    const std::string uri = to_uri(path_or_uri);
    auto storage = impl_->find(uri);
    if (!storage) return storage.error();
    consort_stat stat{};
    const consort_status status = storage->table->look(storage->self, borrow(uri), &stat);
    if (status < 0) return plugin_error(status, "Can't look at " + uri + ".");
    return stat;
}

Result<std::vector<DirectoryEntry>> Storage::list(std::string_view path_or_uri) {
    const std::string uri = to_uri(path_or_uri);
    auto storage = impl_->find(uri);
    if (!storage) return storage.error();
    std::vector<DirectoryEntry> entries;
    const auto each = [](void* arg, consort_str name, const consort_stat* stat) noexcept {
        static_cast<std::vector<DirectoryEntry>*>(arg)->push_back(
            {std::string(name.ptr, name.len), *stat});
        return consort_status{CONSORT_OK};
    };
    const consort_status status = storage->table->list(storage->self, borrow(uri), each, &entries);
    if (status < 0) return plugin_error(status, "Can't list " + uri + ".");
    return entries;
}

Result<Storage::Watch> Storage::watch(std::string_view path_or_uri, Changed changed) {
    const std::string uri = to_uri(path_or_uri);
    auto storage = impl_->find(uri);
    if (!storage) return storage.error();
    if (storage->table->watch == nullptr || storage->table->unwatch == nullptr)
        return Error{CONSORT_E_UNSUPPORTED, "The storage of " + uri + " can't tell of changes."};
    auto state = std::make_shared<WatchState>(*storage, std::move(changed));
    const auto forward = [](void* arg, std::uint32_t change, consort_str where) noexcept {
        static_cast<WatchState*>(arg)->changed(change, {where.ptr, where.len});
    };
    void* handle = nullptr;
    const consort_status status =
        storage->table->watch(storage->self, borrow(uri), forward, state.get(), &handle);
    if (status < 0) return plugin_error(status, "Can't watch " + uri + ".");
    state->handle = handle;
    return Watch(state);
}

}  // namespace consort::media
