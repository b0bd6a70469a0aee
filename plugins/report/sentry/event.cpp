#include "plugins/report/sentry/event.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

#include "plugins/report/sentry/json.hpp"
#include "plugins/report/sentry/scrub.hpp"
#include "plugins/report/sentry/version.hpp"

namespace consort::sentry {

namespace {

constexpr std::size_t kMaxMessage = 4'096;
constexpr std::size_t kMaxField = 1'024;
constexpr std::size_t kMaxFields = 32;

const char* level_text(std::uint32_t level) {
    if (level >= CONSORT_LOG_ERROR) return "error";
    if (level == CONSORT_LOG_WARNING) return "warning";
    return level == CONSORT_LOG_INFO ? "info" : "debug";
}

void add(std::string& json, std::string_view name, std::string_view value) {
    if (json.back() != '{') json += ',';
    append_json(json, name);
    json += ':';
    append_json(json, value);
}

}  // namespace

Event scrubbed(const LogRecord& record) {
    Event event;
    event.level = record.level;
    event.time = record.time;
    event.logger = shortened(record.logger, 100);
    event.message = shortened(scrub(record.message.substr(0, 2 * kMaxMessage)), kMaxMessage);
    for (const LogField& field : record.fields) {
        if (event.fields.size() == kMaxFields) break;
        const std::string_view name = view(field.name).substr(0, 100);
        const std::string_view value = view(field.value).substr(0, 2 * kMaxField);
        event.fields.emplace_back(name, shortened(scrub_field(name, value), kMaxField));
    }
    return event;
}

std::string new_event_id() {
    constexpr char kDigits[] = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), GRND_NONBLOCK) !=
        static_cast<ssize_t>(bytes.size())) {
        std::random_device device;  // early at boot
        std::ranges::generate(bytes, [&] { return static_cast<unsigned char>(device()); });
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    std::string id;
    for (const unsigned char byte : bytes) {
        id += kDigits[byte >> 4];
        id += kDigits[byte & 15];
    }
    return id;
}

std::string time_text(std::chrono::nanoseconds since_1970) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
    const std::time_t seconds = milliseconds / 1'000;
    tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string fraction = std::to_string(1'000 + milliseconds % 1'000);
    return std::string(text.data(), size) + "." + fraction.substr(1) + "Z";
}

std::string payload(const Event& event, const Origin& origin, std::string_view id) {
    std::string json = "{";
    add(json, "event_id", id);
    add(json, "timestamp", time_text(event.time));
    add(json, "platform", "native");
    add(json, "level", level_text(event.level));
    add(json, "logger", event.logger);
    add(json, "message", event.message);
    if (!origin.release.empty()) add(json, "release", origin.release);
    if (!origin.environment.empty()) add(json, "environment", origin.environment);
    if (!origin.server_name.empty()) add(json, "server_name", origin.server_name);
    std::string extra = "{";
    for (const auto& [name, value] : event.fields) add(extra, name, value);
    if (event.repeated > 0) add(extra, "repeated", std::to_string(event.repeated));
    if (extra.size() > 1) json += ",\"extra\":" + extra + "}";
    std::string sdk = "{";
    add(sdk, "name", kClientName);
    add(sdk, "version", kVersion);
    // The server is not to take the sender's address for that of a person.
    json += ",\"sdk\":" + sdk + R"(,"settings":{"infer_ip":"never"}})";
    return json + "}";
}

std::string envelope(const Event& event, const Origin& origin, std::string_view id,
                     std::chrono::nanoseconds now) {
    const std::string body = payload(event, origin, id);
    std::string head = "{";
    add(head, "event_id", id);
    add(head, "sent_at", time_text(now));
    return head + "}\n" + R"({"type":"event","content_type":"application/json","length":)" +
           std::to_string(body.size()) + "}\n" + body + "\n";
}

}  // namespace consort::sentry
