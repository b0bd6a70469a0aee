#include "plugins/report/sentry/post.hpp"

#include <curl/curl.h>
#include <strings.h>

#include <array>
#include <string_view>

#include "consort/failure.hpp"

#include "plugins/report/sentry/version.hpp"

namespace consort::sentry {

namespace {

constexpr int kPollMilliseconds = 50;
constexpr std::size_t kMaxHeader = 4'096;

struct Global {
    Global() {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
            throw Failure(CONSORT_E_INTERNAL, "libcurl cannot be started");
        }
    }
    ~Global() { curl_global_cleanup(); }
    Global(const Global&) = delete;
    Global& operator=(const Global&) = delete;
};

template <auto Free>
struct FreedBy {
    template <class T>
    void operator()(T* thing) const noexcept {
        Free(thing);
    }
};
using Easy = std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, FreedBy<curl_multi_cleanup>>;
using Headers = std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>>;

void add(Headers& headers, const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers.release();
    headers.reset(longer);
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* arg) noexcept {
    constexpr std::string_view kName = "x-sentry-rate-limits:";
    if (size > kName.size() && size <= kMaxHeader &&
        ::strncasecmp(data, kName.data(), kName.size()) == 0) {
        std::string_view value(data + kName.size(), size - kName.size());
        while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ') {
            value.remove_suffix(1);
        }
        try {
            static_cast<Answer*>(arg)->rate_limits = value;
        } catch (...) {
            return 0;  // out of memory: the transfer fails
        }
    }
    return size;
}

std::size_t ignore_body(char*, std::size_t, std::size_t size, void*) noexcept { return size; }

}  // namespace

struct Poster::Impl {
    Global global;
    Multi multi{curl_multi_init()};
    Easy easy{curl_easy_init()};
    Headers headers;
    std::array<char, CURL_ERROR_SIZE> error{};

    // The message that ends the transfer; nullptr: it was abandoned.
    const CURLMsg* perform(const std::function<bool()>& abandon) const {
        for (int running = 1; !abandon();) {
            if (curl_multi_perform(multi.get(), &running) != CURLM_OK) return nullptr;
            int left = 0;
            if (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) return message;
            if (curl_multi_poll(multi.get(), nullptr, 0, kPollMilliseconds, nullptr) != CURLM_OK) {
                return nullptr;
            }
        }
        return nullptr;
    }
};

Poster::Poster(const Dsn& dsn, std::chrono::seconds timeout) : impl_(std::make_unique<Impl>()) {
    CURL* easy = impl_->easy.get();
    if (easy == nullptr || !impl_->multi) {
        throw Failure(CONSORT_E_INTERNAL, "libcurl cannot be started");
    }
    add(impl_->headers, "Content-Type: application/x-sentry-envelope");
    add(impl_->headers, "X-Sentry-Auth: " + dsn.authorization(kClient));
    add(impl_->headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_URL, dsn.envelope_url().c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, impl_->headers.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, kClient);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, static_cast<long>(timeout.count()));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_body);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, impl_->error.data());
}

Poster::~Poster() = default;

Answer Poster::post(const std::string& envelope, const std::function<bool()>& abandon) {
    CURL* easy = impl_->easy.get();
    Answer answer;
    impl_->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, envelope.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(envelope.size()));
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
    curl_multi_add_handle(impl_->multi.get(), easy);
    const CURLMsg* done = impl_->perform(abandon);
    const CURLcode result = done == nullptr ? CURLE_ABORTED_BY_CALLBACK : done->data.result;
    if (result == CURLE_OK) {
        long status = 0;
        curl_off_t seconds = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
        answer.status = static_cast<int>(status);
        if (seconds > 0) answer.retry_after = std::chrono::seconds(seconds);
    } else {
        answer.error = impl_->error[0] != '\0' ? impl_->error.data() : curl_easy_strerror(result);
    }
    curl_multi_remove_handle(impl_->multi.get(), easy);
    return answer;
}

}  // namespace consort::sentry
