// Many listeners of one stream on one thread, and how far apart they are.
//
//   radio-listeners PORT PATH COUNT A_SECOND SECONDS BYTES_A_SECOND
//
// COUNT listeners come, A_SECOND of them each second; after a second of rest they are watched for
// SECONDS. Prints one JSON object. What comes first is the reference: its bytes are kept, and those
// with which each other listener begins are looked for in them, so that every byte has one place in
// the stream. The times are those at which the kernel got the bytes, not those of this program.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t needle_bytes = 400;
constexpr std::uint64_t mark_bytes = 8192;
constexpr double most_wait_seconds = 10;
constexpr std::uint64_t nowhere = UINT64_MAX;

double now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);  // as the kernel's time stamps
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Arrival {
    std::uint64_t end;  // bytes of body by then
    double time;
};

struct Listener {
    int fd = -1;
    double began = 0, first_byte = 0, first_audio = 0;
    std::string head, start;
    std::uint64_t bytes = 0;
    std::uint64_t place = nowhere;  // of its first byte in the reference's body
    bool in_body = false, lost = false;
    std::vector<Arrival> arrivals;
};

class Crowd {
  public:
    Crowd(int port, std::string path, std::size_t count) : epoll_(::epoll_create1(0)), all_(count) {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(static_cast<std::uint16_t>(port));
        request_ = "GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n";
    }

    void run(double a_second, double seconds) {
        const double begin = now();
        std::size_t connected = 0;
        // The reference is a second ahead, so that nobody begins before it.
        const auto due = [&](double at) {
            if (at < 0) return std::size_t{1};
            return std::min(all_.size(), 1 + static_cast<std::size_t>(at * a_second));
        };
        double watch_from = 0;
        for (;;) {
            const double at = now();
            for (const std::size_t want = due(at - begin - 1); connected < want; ++connected)
                join(all_[connected], connected);
            if (connected == all_.size() && watch_from == 0) watch_from = at + 1;
            if (watch_from != 0 && at >= watch_from && window_begin_ == 0) {
                window_begin_ = at;
                std::printf("WINDOW\n");
                std::fflush(stdout);
            }
            if (window_begin_ != 0 && at >= window_begin_ + seconds) break;
            serve(window_begin_ == 0 ? 1 : 20);
        }
        window_end_ = now();
    }

    void report(double byte_rate) {
        place_all();
        std::vector<double> first_bytes, starts, apart, late;
        std::size_t refused = 0, unplaced = 0;
        for (const Listener& one : all_) {
            const double waited = one.first_byte - one.began;
            const bool served = one.in_body && one.head.find(" 200 ") != std::string::npos &&
                                waited < most_wait_seconds;
            if (!served || one.lost) {
                ++refused;
                continue;
            }
            first_bytes.push_back(waited * 1e3);
            if (one.place == nowhere) {
                ++unplaced;
                continue;
            }
            starts.push_back((one.first_audio - static_cast<double>(one.place) / byte_rate) * 1e3);
        }
        measure_spread(late, apart);
        std::printf(
            "{\"listeners\":%zu,\"refused\":%zu,\"unplaced\":%zu,\"first_byte_p50_ms\":%.2f,"
            "\"first_byte_p99_ms\":%.2f,\"late_p50_ms\":%.2f,\"late_p99_ms\":%.2f,"
            "\"spread_p50_ms\":%.2f,\"spread_p99_ms\":%.2f,\"heard_p99_ms\":%.2f,"
            "\"longest_gap_ms\":%.1f}\n",
            all_.size(), refused, unplaced, quantile(first_bytes, 0.5), quantile(first_bytes, 0.99),
            quantile(late, 0.5), quantile(late, 0.99), quantile(apart, 0.5), quantile(apart, 0.99),
            quantile(starts, 0.995) - quantile(starts, 0.005), longest_gap() * 1e3);
    }

  private:
    void join(Listener& one, std::size_t index) {
        one.began = now();
        one.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(one.fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        // One address of the loopback net has too few ports for all.
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<unsigned>(index % 4));
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr = address_.sin_addr;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)::bind(one.fd, reinterpret_cast<const sockaddr*>(&from), sizeof from);
        if (::connect(one.fd, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0 &&
            errno != EINPROGRESS) {
            return lose(one);
        }
        epoll_event wanted{EPOLLOUT, {.u64 = index}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &wanted);
    }

    void lose(Listener& one) {
        one.lost = true;
        ::close(one.fd);
        one.fd = -1;
    }

    void serve(int milliseconds) {
        std::array<epoll_event, 512> events;
        const int count = ::epoll_wait(epoll_, events.data(), events.size(), milliseconds);
        for (int i = 0; i < count; ++i) {
            const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
            Listener& one = all_[index];
            if (events[static_cast<std::size_t>(i)].events & EPOLLOUT) {
                epoll_event wanted{EPOLLIN, {.u64 = index}};
                ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.fd, &wanted);
                if (::send(one.fd, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) lose(one);
                continue;
            }
            read(one, index == 0);
        }
    }

    void read(Listener& one, bool reference) {
        iovec part{buffer_.data(), buffer_.size()};
        alignas(cmsghdr) std::array<char, 128> control;
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = ::recvmsg(one.fd, &message, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) return lose(one);
        double time = now();
        for (cmsghdr* note = CMSG_FIRSTHDR(&message); note; note = CMSG_NXTHDR(&message, note)) {
            if (note->cmsg_type != SCM_TIMESTAMPNS) continue;
            timespec stamp{};
            std::memcpy(&stamp, CMSG_DATA(note), sizeof stamp);
            time = static_cast<double>(stamp.tv_sec) + static_cast<double>(stamp.tv_nsec) * 1e-9;
        }
        if (one.first_byte == 0) one.first_byte = time;
        std::string_view body(buffer_.data(), static_cast<std::size_t>(got));
        if (!one.in_body) {
            one.head += body;
            const std::size_t end = one.head.find("\r\n\r\n");
            if (end == std::string::npos) return;
            body.remove_prefix(body.size() - (one.head.size() - end - 4));
            one.head.resize(end);
            one.in_body = true;
        }
        if (body.empty()) return;
        if (one.bytes == 0) one.first_audio = time;
        if (one.start.size() < needle_bytes)
            one.start += body.substr(0, needle_bytes - one.start.size());
        one.bytes += body.size();
        if (reference) reference_ += body;
        if (window_begin_ != 0) one.arrivals.push_back({one.bytes, time});
    }

    void place_all() {
        std::size_t from = 0;  // nobody begins much before those who came earlier
        for (Listener& one : all_) {
            if (one.start.size() < needle_bytes) continue;
            const std::size_t back = std::min<std::size_t>(from, 65'536);
            const std::size_t found = reference_.find(one.start, from - back);
            if (found == std::string::npos) continue;
            one.place = found;
            from = found;
        }
    }

    // For each mark in the stream: how much later than the first each listener had it, and how much
    // later the last one.
    void measure_spread(std::vector<double>& late, std::vector<double>& apart) {
        std::uint64_t first = 0, last = nowhere;
        for (const Listener& one : all_) {
            if (one.place == nowhere || one.arrivals.size() < 2) continue;
            first = std::max(first, one.place + one.arrivals.front().end);
            last = std::min(last, one.place + one.arrivals.back().end);
        }
        if (last == nowhere) return;
        for (std::uint64_t mark = first + mark_bytes; mark < last; mark += mark_bytes) {
            std::vector<double> times;
            for (const Listener& one : all_) {
                if (one.place == nowhere || one.arrivals.size() < 2) continue;
                const auto at =
                    std::ranges::lower_bound(one.arrivals, mark - one.place, {}, &Arrival::end);
                times.push_back(at->time);
            }
            const auto [least, most] = std::ranges::minmax(times);
            for (const double time : times) late.push_back((time - least) * 1e3);
            apart.push_back((most - least) * 1e3);
        }
    }

    double longest_gap() const {
        double longest = 0;
        for (const Listener& one : all_) {
            if (one.lost) continue;
            double before = window_begin_;
            for (const Arrival& arrival : one.arrivals) {
                longest = std::max(longest, arrival.time - before);
                before = arrival.time;
            }
            longest = std::max(longest, window_end_ - before);
        }
        return longest;
    }

    static double quantile(std::vector<double>& values, double part) {
        if (values.empty()) return 0;
        const auto at = values.begin() +
                        static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
        std::ranges::nth_element(values, at);
        return *at;
    }

    int epoll_;
    sockaddr_in address_{};
    std::string request_, reference_;
    std::vector<Listener> all_;
    std::array<char, 65'536> buffer_;
    double window_begin_ = 0, window_end_ = 0;
};

}  // namespace

int main(int count, char** words) {
    if (count != 7) {
        std::fprintf(stderr, "radio-listeners PORT PATH COUNT A_SECOND SECONDS BYTES_A_SECOND\n");
        return 2;
    }
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    Crowd crowd(std::atoi(words[1]), words[2], static_cast<std::size_t>(std::atol(words[3])));
    crowd.run(std::atof(words[4]), std::atof(words[5]));
    crowd.report(std::atof(words[6]));
    return 0;
}
