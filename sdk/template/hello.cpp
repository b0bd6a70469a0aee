// A plugin that answers GET /hello/{name}. Change the names, keep the shape.
#include "consort/plugin.hpp"

namespace {

class Hello {
  public:
    // Runs once at start-up. What it throws is reported, and the server goes on without the plugin.
    explicit Hello(consort::Context& context)
        : greeting_(context.config().string("greeting", "Hello")),
          greeted_(context.metrics().counter("greeted_total", "People greeted.")) {
        context.offer_http("hello", *this);
        context.log().info("greeting with '", greeting_, "'");
    }

    std::span<const consort::Route> routes() const {
        static constexpr consort::Route all[] = {{"GET", "/hello/{name}", "hello", 0}};
        return all;
    }

    // Runs on I/O threads, several at once: it must not block. To answer later, keep() the exchange
    // and respond from any thread.
    consort::Result<void> handle(std::uint32_t /*route*/, consort::ExchangeView exchange) {
        const std::string_view name = exchange.param("name");
        if (name.size() > 100)
            return consort::Error{CONSORT_E_INVALID, "A name has at most 100 bytes."};
        greeted_.add();
        exchange.respond(consort::Response(200)
                             .content_type("text/plain; charset=utf-8")
                             .body(greeting_ + ", " + std::string(name) + "!\n"));
        return {};
    }

  private:
    const std::string greeting_;
    const consort::Metric greeted_;
};

// Services without which the plugin cannot work; a host that lacks one refuses it by name.
constexpr const char* needs[] = {CONSORT_SERVICE_CONFIG, CONSORT_SERVICE_METRICS, nullptr};

// The keys of the section [plugins.hello]; the host checks them before the plugin starts.
constexpr consort::ConfigKey keys[] = {
    {"greeting", CONSORT_CONFIG_STRING, 0, "Hello", 0, 0, "The word before the name."},
};

constexpr auto descriptor = consort::describe({
    .id = "org.example.hello",
    .name = "hello",
    .version = "1.0.0",
    .vendor = "Example",
    .license = "Apache-2.0",
    .description = "Greets whoever asks.",
    .url = "https://example.org/hello",
    .maturity = "experimental",
    .hardening = "Any path; it reads nothing else.",
    .needs = needs,
    .config = keys,
});

}  // namespace

CONSORT_PLUGIN(Hello, descriptor);
