#include "tests/http/fixture.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/http/certificate.hpp"

namespace consort::http::test {

bool eventually(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

namespace {

struct CountedText {
    std::string text;
    Released* released;
};

}  // namespace

Slice counted_memory(std::string text, Released& released) {
    auto owner = std::make_unique<CountedText>(CountedText{std::move(text), &released});
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_MEMORY;
    raw.fd = -1;
    raw.data = owner->text.data();
    raw.length = owner->text.size();
    raw.owner = owner.release();
    raw.release = [](void* given) noexcept {
        const std::unique_ptr<CountedText> owned(static_cast<CountedText*>(given));
        ++owned->released->count;
    };
    return Slice(raw);
}

Slice counted_file(int file, std::uint64_t offset, std::uint64_t length, Released& released) {
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_FILE;
    raw.fd = file;
    raw.offset = offset;
    raw.length = length;
    raw.owner = &released;
    raw.release = [](void* given) noexcept { ++static_cast<Released*>(given)->count; };
    return Slice(raw);
}

Slice Feed::slice(std::uint64_t length, ExchangePtr exchange) {
    {
        const std::lock_guard lock(mutex_);
        exchange_ = std::move(exchange);
    }
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_STREAM;
    raw.fd = -1;
    raw.length = length;
    raw.owner = std::make_unique<std::shared_ptr<Feed>>(shared_from_this()).release();
    raw.next = [](void* owner, std::uint64_t max, consort_slice* out) noexcept {
        return (*static_cast<std::shared_ptr<Feed>*>(owner))->next(max, out);
    };
    raw.release = [](void* owner) noexcept {
        const std::unique_ptr<std::shared_ptr<Feed>> feed(
            static_cast<std::shared_ptr<Feed>*>(owner));
        (*feed)->released_ = true;
    };
    return Slice(raw);
}

consort_status Feed::next(std::uint64_t max, consort_slice* out) {
    ++pulls_;
    const std::lock_guard lock(mutex_);
    if (failed_) return CONSORT_E_IO;
    if (texts_.empty()) return ended_ ? CONSORT_END : CONSORT_PENDING;
    std::string& text = texts_.front();
    auto owner = std::make_unique<std::string>(text.substr(0, max));
    text.erase(0, owner->size());
    if (text.empty()) texts_.erase(texts_.begin());
    out->kind = CONSORT_SLICE_MEMORY;
    out->data = owner->data();
    out->length = owner->size();
    out->owner = owner.release();
    out->release = [](void* given) noexcept {
        std::unique_ptr<std::string>(static_cast<std::string*>(given)).reset();
    };
    return CONSORT_OK;
}

void Feed::wake() {
    ExchangePtr exchange;
    {
        const std::lock_guard lock(mutex_);
        exchange = exchange_;
    }
    if (exchange) exchange->wake();
}

void Feed::push(std::string text) {
    {
        const std::lock_guard lock(mutex_);
        texts_.push_back(std::move(text));
    }
    wake();
}

void Feed::end() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    wake();
}

void Feed::fail() {
    {
        const std::lock_guard lock(mutex_);
        failed_ = true;
    }
    wake();
}

std::string virtual_bytes(std::uint64_t first, std::uint64_t length) {
    std::string bytes;
    for (std::uint64_t i = first; i < first + length; ++i) bytes += static_cast<char>(i * 7);
    return bytes;
}

Slice virtual_file(std::uint64_t length, Released& released) {
    struct State {
        std::uint64_t position = 0, length = 0;
        Released* released = nullptr;
    };
    consort_slice raw{};
    raw.kind = CONSORT_SLICE_STREAM;
    raw.fd = -1;
    raw.length = length;
    raw.owner = std::make_unique<State>(State{0, length, &released}).release();
    raw.next = [](void* owner, std::uint64_t max, consort_slice* out) noexcept {
        auto& state = *static_cast<State*>(owner);
        if (state.position == state.length) return static_cast<consort_status>(CONSORT_END);
        const std::uint64_t size =
            std::min({max, state.length - state.position, std::uint64_t{1000}});
        auto text = std::make_unique<std::string>(virtual_bytes(state.position, size));
        state.position += size;
        out->kind = CONSORT_SLICE_MEMORY;
        out->data = text->data();
        out->length = text->size();
        out->owner = text.release();
        out->release = [](void* given) noexcept {
            std::unique_ptr<std::string>(static_cast<std::string*>(given)).reset();
        };
        return static_cast<consort_status>(CONSORT_OK);
    };
    raw.seek = [](void* owner, std::uint64_t position) noexcept {
        static_cast<State*>(owner)->position = position;
        return static_cast<consort_status>(CONSORT_OK);
    };
    raw.release = [](void* owner) noexcept {
        const std::unique_ptr<State> state(static_cast<State*>(owner));
        ++state->released->count;
    };
    return Slice(raw);
}

ServerTest::ServerTest() {
    char name[] = "/tmp/consort-http-test-XXXXXX";
    folder_ = ::mkdtemp(name);
    for (int i = 0; i < 300'000; ++i) content_ += static_cast<char>(i * 31 + i / 256);
    file_path_ = folder_ + "/file";
    std::ofstream(file_path_, std::ios::binary) << content_;
    file_ = ::open(file_path_.c_str(), O_RDONLY | O_CLOEXEC);
    settings_.port = 0;
    settings_.io_threads = 2;
    settings_.access_log = "";
    if (tls()) {
        settings_.tls_certificate = folder_ + "/certificate.pem";
        settings_.tls_key = folder_ + "/key.pem";
        std::ofstream(settings_.tls_certificate) << certificate_pem();
        std::ofstream(settings_.tls_key) << key_pem();
    }
}

ServerTest::~ServerTest() {
    server_.reset();
    workers_.stop();
    ::close(file_);
    std::filesystem::remove_all(folder_);
}

void ServerTest::route(std::string method, std::string pattern, Handler handle,
                       CancelHandler canceled, std::uint64_t max_body) {
    Route made;
    made.method = std::move(method);
    made.pattern = std::move(pattern);
    made.handle = std::move(handle);
    made.canceled = std::move(canceled);
    made.max_body = max_body;
    router_.add(std::move(made));
}

void ServerTest::serve(std::string pattern, std::function<Response()> make) {
    route("GET", std::move(pattern),
          [make = std::move(make)](const ExchangePtr& exchange) { exchange->respond(make()); });
}

void ServerTest::start() {
    server_ = std::make_unique<Server>(settings_, router_, metrics_);
    server_->start();
}

double ServerTest::metric(const std::string& name_and_labels) const {
    const std::string text = "\n" + metrics_.expose();
    const std::size_t at = text.find("\n" + name_and_labels + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name_and_labels.size() + 2));
}

}  // namespace consort::http::test
