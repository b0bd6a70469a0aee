// report/sentry: the errors in the log go to Sentry.
#include "consort/plugin.hpp"

#include <cstdlib>
#include <memory>

#include "plugins/report/sentry/reporter.hpp"
#include "plugins/report/sentry/version.hpp"

namespace {

using namespace consort;
using namespace consort::sentry;

// The environment overrides the configuration; a variable that is empty is not there.
std::string setting(const Config& config, const char* key, const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0' ? value : config.string(key, "");
}

std::uint32_t level_of(const std::string& name) {
    if (name == "error") return CONSORT_LOG_ERROR;
    if (name == "warning") return CONSORT_LOG_WARNING;
    throw Failure(CONSORT_E_INVALID, "level: '" + name + "' is neither error nor warning");
}

Origin origin_of(const Config& config) {
    return {setting(config, "release", "SENTRY_RELEASE"),
            setting(config, "environment", "SENTRY_ENVIRONMENT"), config.string("server_name", "")};
}

Reporter::Options options_of(const Config& config) {
    Reporter::Options options;
    options.per_minute = config.real("events_per_minute", options.per_minute);
    options.burst = static_cast<double>(config.integer("burst", 10));
    options.repeat_window = std::chrono::seconds(config.integer("repeat_seconds", 600));
    options.queue = static_cast<std::size_t>(config.integer("queue", 100));
    options.flush = std::chrono::seconds(config.integer("flush_seconds", 2));
    return options;
}

class SentryReport {
  public:
    explicit SentryReport(Context& context) {
        const Config config = context.config();
        const std::string text = setting(config, "dsn", "SENTRY_DSN");
        if (text.empty()) {
            context.log().debug("off: there is no DSN, in the key dsn or in SENTRY_DSN");
            return;
        }
        const Dsn dsn = or_throw(parse_dsn(text));
        level_ = level_of(config.string("level", "error"));
        poster_ = std::make_unique<Poster>(
            dsn, std::chrono::seconds(config.integer("timeout_seconds", 5)));
        for (const Outcome outcome : {Outcome::sent, Outcome::repeated, Outcome::limited,
                                      Outcome::refused, Outcome::lost}) {
            outcomes_[static_cast<std::size_t>(outcome)] = context.metrics().counter(
                "events_total", "Errors by what became of them.", "outcome", to_string(outcome));
        }
        reporter_ =
            std::make_unique<Reporter>(options_of(config), origin_of(config), world(context.log()));
        context.offer_sink("sentry", *this);
        context.log().info("errors go to Sentry: ", dsn.shown());
    }

    std::uint32_t least_level() const { return level_; }
    void write(const LogRecord& record) { reporter_->report(scrubbed(record)); }

  private:
    Reporter::World world(const Log& log) {
        return {[this](const std::string& envelope, const std::function<bool()>& abandon) {
                    return poster_->post(envelope, abandon);
                },
                [this](Outcome outcome) { outcomes_[static_cast<std::size_t>(outcome)].add(); },
                [log](const std::string& sentence, bool well) {
                    well ? log.info(sentence) : log.warning(sentence);
                }};
    }

    std::uint32_t level_ = CONSORT_LOG_ERROR;
    std::unique_ptr<Poster> poster_;
    Metric outcomes_[5];
    std::unique_ptr<Reporter> reporter_;  // last: its thread uses the others
};

constexpr const char* needs[] = {CONSORT_SERVICE_CONFIG, CONSORT_SERVICE_METRICS, nullptr};
constexpr ConfigKey keys[] = {
    {"dsn", CONSORT_CONFIG_STRING, CONSORT_CONFIG_SECRET, "", 0, 0,
     "The project's DSN, https://KEY@HOST/PROJECT; the variable SENTRY_DSN overrides it. Empty: "
     "nothing is sent."},
    {"level", CONSORT_CONFIG_STRING, 0, "error", 0, 0,
     "The least severe lines that are sent: error or warning."},
    {"environment", CONSORT_CONFIG_STRING, 0, "production", 0, 0,
     "What Sentry calls the environment; SENTRY_ENVIRONMENT overrides it."},
    {"release", CONSORT_CONFIG_STRING, 0, "consort@" CONSORT_VERSION, 0, 0,
     "What Sentry calls the release; SENTRY_RELEASE overrides it."},
    {"server_name", CONSORT_CONFIG_STRING, 0, "", 0, 0,
     "A name for this machine; empty tells none."},
    {"events_per_minute", CONSORT_CONFIG_REAL, 0, "30", 0.01, 6000,
     "Events sent each minute on the average."},
    {"burst", CONSORT_CONFIG_INTEGER, 0, "10", 1, 1000, "Events that may be sent at once."},
    {"repeat_seconds", CONSORT_CONFIG_INTEGER, 0, "600", 0, 86400,
     "Seconds for which an identical message is counted, and not sent again."},
    {"queue", CONSORT_CONFIG_INTEGER, 0, "100", 1, 10000,
     "Events that wait while Sentry cannot be reached."},
    {"timeout_seconds", CONSORT_CONFIG_INTEGER, 0, "5", 1, 120,
     "Seconds that one attempt to send may take."},
    {"flush_seconds", CONSORT_CONFIG_INTEGER, 0, "2", 0, 60,
     "Seconds that waiting events get to be sent at the end."},
};
constexpr auto descriptor = describe({
    .id = "org.consort.report.sentry",
    .name = "sentry",
    .version = kVersion,
    .vendor = "Consort",
    .license = "Apache-2.0",
    .description = "Sends the errors in the log to Sentry, without personal data.",
    .maturity = "stable",
    .hardening = "Log lines of any bytes and length; answers of the server, which are bounded.",
    .needs = needs,
    .config = keys,
});

}  // namespace

CONSORT_PLUGIN(SentryReport, descriptor);
