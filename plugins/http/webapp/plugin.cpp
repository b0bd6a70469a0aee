// consort.http/1: serves the built web app.
#include "consort/plugin.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <optional>

#include "plugins/http/webapp/pages.hpp"

namespace {

using namespace consort;
namespace fs = std::filesystem;

// Beside the plugin folder, in the build tree as in an installed one: <prefix>/lib/consort/plugins
// or <prefix>/lib/<machine>/consort/plugins, and <prefix>/share/consort/web.
fs::path default_root() {
    static const char marker = 0;
    Dl_info library{};
    if (dladdr(&marker, &library) == 0 || library.dli_fname == nullptr) return {};
    std::error_code error;
    const fs::path folder = fs::absolute(library.dli_fname, error).parent_path();
    const fs::path near = (folder / "../../../share/consort/web").lexically_normal();
    const fs::path far = (folder / "../../../../share/consort/web").lexically_normal();
    return !fs::exists(near / "index.html", error) && fs::exists(far / "index.html", error) ? far
                                                                                            : near;
}

class WebApp {
  public:
    explicit WebApp(Context& context) {
        const std::string configured = context.config().string("root", "");
        const fs::path root = configured.empty() ? default_root() : fs::path(configured);
        Result<webapp::Site> site = webapp::Site::load(root);
        if (!site && site.error().status != CONSORT_E_NOT_FOUND)
            throw Failure(std::move(site).error());
        if (site)
            context.log().info("the web app has ", site->file_count(), " files from ",
                               root.string());
        else
            context.log().warning("no web app: ", site.error().text, "; build it with web/build");
        context.offer_http(
            "webapp", std::make_unique<webapp::Pages>(
                          site ? std::optional(*std::move(site)) : std::nullopt, root.string()));
    }
};

constexpr const char* needs[] = {CONSORT_SERVICE_CONFIG, nullptr};
constexpr ConfigKey keys[] = {
    {"root", CONSORT_CONFIG_STRING, 0, "", 0, 0,
     "Directory of the built web app; empty: share/consort/web beside the plugins."},
};
constexpr auto descriptor = describe({
    .id = "org.consort.http.webapp",
    .name = "webapp",
    .version = "1.0.0",
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "Serves the web app.",
    .maturity = "stable",
    .hardening = "Any request path: only files listed at start-up can be had.",
    .needs = needs,
    .config = keys,
});

}  // namespace

CONSORT_PLUGIN(WebApp, descriptor);
