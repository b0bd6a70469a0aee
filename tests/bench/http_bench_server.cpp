// A server with three kinds of answer, for comparing the HTTP layer alone with other servers:
//   consort-http-bench PORT FOLDER
//   GET /files/NAME   a file of FOLDER, by sendfile, with ranges
//   GET /small        200 bytes from memory
//   GET /large        55,000 bytes of text from memory
// CONSORT_BENCH_TLS_CERTIFICATE and CONSORT_BENCH_TLS_KEY turn TLS on.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/http/descriptor.hpp"
#include "core/http/server.hpp"
#include "core/observe/metrics.hpp"

using namespace consort;

namespace {

struct File {
    http::Descriptor descriptor;
    std::uint64_t size = 0;
    std::int64_t modified = 0;
};

http::Route get(const char* pattern, http::Handler handle) {
    http::Route route;
    route.method = "GET";
    route.pattern = pattern;
    route.handle = std::move(handle);
    return route;
}

http::Handler text_from_memory(std::string text) {
    return [kept = std::make_shared<const std::string>(std::move(text))](
               const http::ExchangePtr& exchange) {
        http::Response response;
        response.content_type = "application/vnd.apple.mpegurl";
        response.body.push_back(http::Slice::borrowed(*kept));
        exchange->respond(std::move(response));
    };
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 3) {
        std::fputs("usage: consort-http-bench PORT FOLDER\n", stderr);
        return 2;
    }
    std::map<std::string, File, std::less<>> files;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[2])) {
        if (!entry.is_regular_file()) continue;
        http::Descriptor descriptor(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (!descriptor || ::fstat(descriptor.get(), &status) != 0) continue;
        files[entry.path().filename()] = {
            std::move(descriptor), static_cast<std::uint64_t>(status.st_size), status.st_mtime};
    }

    http::Router router;
    router.add(get("/files/{name}", [&files](const http::ExchangePtr& exchange) {
        const auto found = files.find(exchange->param("name"));
        if (found == files.end()) {
            exchange->problem(404, "not_found", "There is no such file.");
            return;
        }
        consort_slice slice{};
        slice.kind = CONSORT_SLICE_FILE;
        slice.fd = found->second.descriptor.get();
        slice.length = found->second.size;
        http::Response response;
        response.content_type = "application/octet-stream";
        response.last_modified = found->second.modified;
        response.body.emplace_back(slice);
        exchange->respond(std::move(response));
    }));
    router.add(get("/small", text_from_memory(std::string(200, 'x'))));
    router.add(get("/large", text_from_memory(std::string(55'000, 'x'))));

    config::ServerSettings settings;
    settings.port = static_cast<std::uint16_t>(std::stoi(arguments[1]));
    settings.io_threads = 1;
    settings.access_log = "";
    if (const char* file = std::getenv("CONSORT_BENCH_TLS_CERTIFICATE")) {
        settings.tls_certificate = file;
    }
    if (const char* file = std::getenv("CONSORT_BENCH_TLS_KEY")) settings.tls_key = file;
    if (const char* file = std::getenv("CONSORT_BENCH_ACCESS_LOG")) settings.access_log = file;

    sigset_t ending;
    ::sigemptyset(&ending);
    ::sigaddset(&ending, SIGINT);
    ::sigaddset(&ending, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);

    observe::Metrics metrics;
    http::Server server(settings, router, metrics);
    server.start();
    std::printf("%s\n", server.url().c_str());
    std::fflush(stdout);
    int signal_number = 0;
    ::sigwait(&ending, &signal_number);
    server.drain();
    server.wait_drained(std::chrono::seconds(2));
    server.stop();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "consort-http-bench: %s\n", error.what());
    return 1;
}
