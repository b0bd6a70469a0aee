#include "plugins/radio/sound/loudness.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "plugins/radio/sound/converter.hpp"
#include "plugins/radio/sound/loudness_measure.hpp"

namespace consort::radio {
namespace {

constexpr std::size_t kMostJobs = 256, kMostFailed = 1'000;
constexpr double kBeginning = 30;  // seconds
constexpr int kNice = 10;

}  // namespace

Loudness::Loudness(const HostLink& link, const std::string& file)
    : file_(file), log_(link), sounds_(link), book_(file), thread_([this] { run(); }) {}

Loudness::~Loudness() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    work_.notify_all();
    thread_.join();
    save();
}

void Loudness::want(const SourceFacts& facts, bool soon) {
    if (facts.identity.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        if (book_.find(facts.identity) || failed_.contains(facts.identity)) return;
        const auto queued = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
            return job.identity == facts.identity;
        });
        if (queued != jobs_.end()) {
            if (!soon) return;
            jobs_.erase(queued);
        }
        if (busy_ && beginnings_.contains(facts.identity)) return;
        if (jobs_.size() >= kMostJobs) jobs_.pop_back();
        Job job{facts.track->uri, facts.identity, facts.album};
        if (soon)
            jobs_.push_front(std::move(job));
        else
            jobs_.push_back(std::move(job));
    }
    work_.notify_one();
}

std::optional<Loudness::Known> Loudness::look(const std::string& identity) {
    if (const auto* line = book_.find(identity)) {
        if (line->silent) return Known{std::nullopt, true};
        return Known{line->measured, true};
    }
    if (failed_.contains(identity)) return Known{std::nullopt, false};
    const auto beginning = beginnings_.find(identity);
    if (beginning != beginnings_.end()) return Known{beginning->second, false};
    return std::nullopt;
}

std::optional<Loudness::Known> Loudness::known(const SourceFacts& facts,
                                               std::chrono::milliseconds at_most) {
    if (facts.identity.empty()) return Known{};
    std::unique_lock lock(mutex_);
    std::optional<Known> found = look(facts.identity);
    if (!found)
        news_.wait_for(lock, at_most, [&] { return (found = look(facts.identity)).has_value(); });
    return found;
}

std::optional<Measured> Loudness::album(const SourceFacts& facts) {
    const std::lock_guard lock(mutex_);
    return book_.album(LoudnessBook::album_key(facts.album));
}

bool Loudness::idle(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    return news_.wait_for(lock, at_most, [&] { return jobs_.empty() && !busy_; });
}

bool Loudness::stopping() {
    const std::lock_guard lock(mutex_);
    return stop_;
}

void Loudness::run() noexcept {
    // Of this thread alone, on Linux. The stations' own threads come first.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            busy_ = false;
            beginnings_.clear();
            if (jobs_.empty()) news_.notify_all();
            work_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
            if (stop_) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
            busy_ = true;
        }
        const Result<void> done = contained([&] { return measure(job); });
        if (!done && done.error().status != CONSORT_E_CANCELED) {
            log_.warning("the loudness of ", job.uri, " is not known: ", done.error().text);
            const std::lock_guard lock(mutex_);
            if (failed_.size() >= kMostFailed) failed_.clear();
            failed_.insert(job.identity);
        }
        news_.notify_all();
    }
}

Result<void> Loudness::measure(const Job& job) {
    auto opened = sounds_.open(job.uri);
    if (!opened) return opened.error();
    const consort_pcm pcm = opened->format();
    Converter converter(pcm, pcm.rate);
    LoudnessMeasure measure(pcm.rate);
    const std::uint64_t block = pcm.rate;
    std::vector<std::byte> raw(block * frame_size(pcm));
    std::vector<float> stereo;
    std::uint64_t position = 0;
    bool told = false;
    for (;;) {
        if (stopping()) return Error{CONSORT_E_CANCELED, "the station ends"};
        const auto got = opened->read(position, block, raw.data());
        if (!got) return got.error();
        const std::uint64_t frames = std::min(*got, block);
        stereo.clear();
        auto done = converter.convert(raw.data(), static_cast<std::uint32_t>(frames), stereo);
        if (!done) return done;
        measure.add(stereo.data(), stereo.size() / 2);
        position += frames;
        if (frames < block) break;
        if (!told && static_cast<double>(position) >= kBeginning * pcm.rate) {
            told = true;
            if (const auto beginning = measure.result()) {
                {
                    const std::lock_guard lock(mutex_);
                    beginnings_.insert_or_assign(job.identity, *beginning);
                }
                news_.notify_all();
            }
        }
    }
    const auto result = measure.result();
    LoudnessBook::Line line;
    line.silent = !result;
    if (result) line.measured = *result;
    line.seconds = static_cast<double>(position) / pcm.rate;
    line.album = LoudnessBook::album_key(job.album);
    {
        const std::lock_guard lock(mutex_);
        book_.put(job.identity, line);
    }
    save();
    return {};
}

void Loudness::save() {
    std::optional<std::string> text;
    {
        const std::lock_guard lock(mutex_);
        text = book_.changes();
    }
    if (!text) return;
    if (const auto saved = replace_file(file_, *text); !saved)
        log_.warning("measured loudness is not kept: ", saved.error().text);
}

}  // namespace consort::radio
