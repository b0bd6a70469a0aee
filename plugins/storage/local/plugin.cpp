// Wires the local storage into the host: one component, `consort.storage/1` for the scheme "file".
#include "consort/plugin.hpp"

#include <memory>

#include "plugins/storage/local/file_storage.hpp"

namespace {

constexpr auto kDescriptor = consort::describe({
    .id = "org.consort.storage.local",
    .name = "local",
    .version = "1.0.0",
    .vendor = "Consort",
    .description = "Reads media from directories of this machine and follows their changes.",
    .maturity = "stable",
    .hardening = "Any file name and URI; opens regular files only. It trusts whoever configures "
                 "the directories: symbolic links may lead out of them.",
});

class LocalPlugin {
  public:
    explicit LocalPlugin(consort::Context& context) {
        context.offer_storage(
            "local", std::make_unique<consort::storage_local::FileStorage>(
                         [log = context.log()](std::string_view text) { log.warning(text); }));
    }
};

}  // namespace

CONSORT_PLUGIN(LocalPlugin, kDescriptor);
