// For tests: a rendition service over a codec and a source that are made up.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/media/rendition.hpp"
#include "core/media/rendition_service.hpp"
#include "core/media/test_codec.hpp"

namespace consort::media::testing {

inline config::RenditionSettings rendition(std::string name, std::uint32_t bit_rate) {
    config::RenditionSettings made;
    made.name = std::move(name);
    made.codec = "test";
    made.bit_rate = bit_rate;
    return made;
}

// What one fetch came to.
struct Fetch {
    Latch done;
    Error error{CONSORT_OK, {}};
    CodedPtr coded;
    consort_ticket* ticket = nullptr;

    RenditionService::Fetched ready() {
        return [this](const Error* failed, consort_coded* got) {
            if (failed != nullptr) error = *failed;
            coded = got;
            done.hit();
        };
    }
    std::string payload() const {
        const auto bytes = coded->payload();
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

class RenditionServiceFixture : public ::testing::Test {
  protected:
    void SetUp() override {
        world_.files["memory:///a"] = {std::string(10'000, 'x'), 1};
        world_.on_index = [](const consort_input&, const consort_index_sink& sink) {
            return sound_track(sink, 60);
        };
        options_.renditions.all = {rendition("low", 100), rendition("high", 200)};
        options_.renditions.make_ahead = 0;
        options_.renditions.encoder_threads = 2;
        options_.directory = directory_.path() / "segments";
        media_.emplace(MediaService::Options{(directory_.path() / "index").string(), 10}, storage_,
                       containers_, workers_, world_.metrics, [](std::string_view) {
                           return Result<ItemSource>(ItemSource{"memory:///a", "a.mem", "", "mem"});
                       });
    }
    void TearDown() override {
        if (service_) service_->stop();
        workers_.stop();
        item_ = nullptr;
        service_.reset();
        media_.reset();
        EXPECT_EQ(codec_.decoders_open, 0) << "readers are closed";
        EXPECT_EQ(codec_.encodings, 0) << "encodings are released";
    }

    void start() {
        service_.emplace(options_, world_.registry, workers_, world_.metrics);
        Latch opened;
        media_->open("item", [&](consort_status, std::string_view, consort_media* media) {
            item_ = media;
            opened.hit();
        });
        ASSERT_TRUE(opened.wait(1));
        Latch listed;
        service_->list(item_.get(), [&](const Error* error, auto all) {
            EXPECT_EQ(error, nullptr);
            listed_.assign(all.begin(), all.end());
            listed.hit();
        });
        ASSERT_TRUE(listed.wait(1));
    }
    // The media is opened anew, so that nothing but the disk remembers.
    void restart() {
        service_->stop();
        EXPECT_TRUE(service_->settle(std::chrono::seconds(30)));
        media_->forget("item");
        item_ = nullptr;
        service_.reset();
        start();
    }
    void begin(Fetch& fetch, std::uint32_t number, std::size_t of = 0) {
        auto taken = service_->fetch(item_.get(), listed_.at(of), number, fetch.ready());
        ASSERT_TRUE(taken.ok()) << taken.error().text;
        fetch.ticket = *taken;
    }
    void get(Fetch& fetch, std::uint32_t number, std::size_t of = 0) {
        begin(fetch, number, of);
        ASSERT_TRUE(fetch.done.wait(1));
        RenditionService::leave(fetch.ticket);
    }
    double made(const char* name = "low") {
        return world_.metrics
            .counter("consort_rendition_segments_total", "Help.", {{"rendition", name}})
            .value();
    }
    double hits(const char* tier) {
        return world_.metrics.counter("consort_rendition_hits_total", "Help.", {{"tier", tier}})
            .value();
    }
    std::vector<std::filesystem::path> stored() {
        std::vector<std::filesystem::path> files;
        for (const auto& file : std::filesystem::recursive_directory_iterator(options_.directory))
            if (file.is_regular_file()) files.push_back(file.path());
        return files;
    }
    // Holds every encode that begins until go.
    struct Gate {
        Latch begun, go, canceled;
    };
    void hold() {
        codec_.on_encode = [this](std::int64_t, const consort_pcm_input& input) {
            gate_.begun.hit();
            while (!gate_.go.passed(1)) {
                if (input.canceled(input.self) != 0) {
                    gate_.canceled.hit();
                    return consort_status{CONSORT_E_CANCELED};
                }
                std::this_thread::yield();
            }
            return consort_status{CONSORT_OK};
        };
    }

    TemporaryDirectory directory_;
    Gate gate_;
    World world_;
    TestCodec codec_{world_};
    Storage storage_{world_.registry, world_.metrics};
    Containers containers_{world_.registry};
    base::Executor workers_{"worker", 2, 100};
    RenditionService::Options options_;
    std::optional<MediaService> media_;
    std::optional<RenditionService> service_;
    MediaPtr item_;
    std::vector<consort_rendition*> listed_;
};

}  // namespace consort::media::testing
