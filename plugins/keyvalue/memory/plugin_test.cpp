// The plugin through its ABI table, as the host sees it.
#include <gtest/gtest.h>

#include "consort/testing.hpp"

extern "C" const consort_entry consort_plugin_entry_keyvalue_memory;

namespace consort {
namespace {

using namespace std::chrono_literals;

class MemoryPluginTest : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto loaded = host_.load(consort_plugin_entry_keyvalue_memory);
        ASSERT_TRUE(loaded.ok()) << loaded.error().text;
        offered_ = host_.component<consort_keyvalue>(CONSORT_KEYVALUE, "memory");
        ASSERT_TRUE(offered_);
    }
    std::string get(std::string_view key) {
        std::string value = "(none)";
        const consort_status status = offered_->get(
            offered_.self, str(key),
            [](void* arg, consort_str found) noexcept {
                *static_cast<std::string*>(arg) = view(found);
            },
            &value);
        EXPECT_EQ(status, value == "(none)" ? CONSORT_E_NOT_FOUND : CONSORT_OK);
        return value;
    }
    testing::FakeHost host_;
    testing::FakeHost::Offered<consort_keyvalue> offered_;
};

TEST_F(MemoryPluginTest, SpeaksTheInterface) {
    EXPECT_EQ(get("a"), "(none)");
    EXPECT_EQ(offered_->set(offered_.self, str("a"), str("1"), 0), CONSORT_OK);
    EXPECT_EQ(get("a"), "1");
    EXPECT_EQ(offered_->compare_and_set(offered_.self, str("a"), {}, str("2"), 0), CONSORT_E_DONE);
    EXPECT_EQ(offered_->compare_and_set(offered_.self, str("a"), str("1"), str("2"), 0),
              CONSORT_OK);
    std::int64_t sum = 0;
    EXPECT_EQ(offered_->add(offered_.self, str("a"), 40, 0, &sum), CONSORT_OK);
    EXPECT_EQ(sum, 42);
    EXPECT_EQ(offered_->remove(offered_.self, str("a")), CONSORT_OK);
    EXPECT_EQ(offered_->remove(offered_.self, str("a")), CONSORT_E_NOT_FOUND);
}

TEST_F(MemoryPluginTest, ErrorsComeWithASentence) {
    EXPECT_EQ(offered_->set(offered_.self, str(""), str("1"), 0), CONSORT_E_INVALID);
    EXPECT_NE(host_.error().find("512 bytes"), std::string::npos);
}

TEST_F(MemoryPluginTest, TheTimerSweepsAndShowsFigures) {
    EXPECT_EQ(offered_->set(offered_.self, str("a"), str("1"), 15'000'000'000), CONSORT_OK);
    host_.timers.advance(10s);
    EXPECT_EQ(host_.metrics.values["entries"], 1);
    EXPECT_EQ(get("a"), "1");
    host_.timers.advance(10s);
    EXPECT_EQ(host_.metrics.values["entries"], 0);
    EXPECT_EQ(host_.metrics.values["bytes"], 0);
}

TEST(MemoryPluginConfigTest, BoundsComeFromTheConfig) {
    testing::FakeHost host;
    host.config.values["max_entries"] = std::int64_t{1};
    ASSERT_TRUE(host.load(consort_plugin_entry_keyvalue_memory).ok());
    const auto store = host.component<consort_keyvalue>(CONSORT_KEYVALUE);
    EXPECT_EQ(store->set(store.self, str("a"), str("1"), 0), CONSORT_OK);
    EXPECT_EQ(store->set(store.self, str("b"), str("1"), 0), CONSORT_E_BUSY);
}

TEST(MemoryPluginConfigTest, AHostWithoutTimersGetsASentence) {
    testing::FakeHost host;
    host.missing.insert(CONSORT_SERVICE_TIMER);
    const auto loaded = host.load(consort_plugin_entry_keyvalue_memory);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().status, CONSORT_E_UNSUPPORTED);
    EXPECT_NE(loaded.error().text.find(CONSORT_SERVICE_TIMER), std::string::npos);
}

}  // namespace
}  // namespace consort
