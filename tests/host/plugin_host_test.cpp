// The host among plugins of every kind of badness, in one process.
#include "core/host/plugin_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "consort/abi/delivery.h"
#include "consort/abi/http.h"

#include "core/host/plugin_library.hpp"
#include "core/host/quarantine.hpp"
#include "tests/host/temporary_directory.hpp"

namespace consort::host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PluginHostTest : public testing::Test {
  protected:
    // Puts fixtures into a plugin folder of the test's own.
    void install(std::initializer_list<std::string> names) {
        fs::create_directories(folder());
        for (const std::string& name : names) {
            fs::copy_file(fs::path(CONSORT_FIXTURES) / (name + ".so"), folder() / (name + ".so"));
        }
    }
    fs::path folder() const { return directory_.path() / "plugins"; }
    fs::path data() const { return directory_.path() / "data"; }

    PluginHost& start(const std::string& toml = {}, bool safe_mode = false) {
        config::Loaded loaded = config::load_text(toml, environment_, {});
        loaded.environment = environment_;
        loaded.plugin_flags = flags_;
        EXPECT_THAT(loaded.mistakes, IsEmpty());
        host_.reset();
        host_ = std::make_unique<PluginHost>(
            PluginHost::Options{{folder()}, data(), safe_mode, directory_.path() / "none"}, loaded,
            services_);
        host_->start();
        return *host_;
    }
    const PluginStatus& status(const std::string& stem) {
        for (const PluginStatus& plugin : host_->plugins()) {
            if (plugin.file.stem() == stem) return plugin;
        }
        ADD_FAILURE() << stem << " is not listed";
        static const PluginStatus none;
        return none;
    }
    void expect(const std::string& stem, PluginState state, const std::string& reason) {
        EXPECT_EQ(to_string(status(stem).state), to_string(state)) << stem;
        EXPECT_THAT(status(stem).reason, HasSubstr(reason)) << stem;
        EXPECT_EQ(status(stem).reason.find('\n'), std::string::npos) << stem;
    }

    TemporaryDirectory directory_;
    config::Environment environment_;
    std::vector<config::Flag> flags_;  // of the command line, that the host does not know
    base::Executor executor_{"test", 2, 100};
    base::Timers timers_{executor_};
    base::EventBus events_{executor_};
    observe::Metrics metrics_;
    Services services_{executor_, executor_, timers_, events_, metrics_};
    std::unique_ptr<PluginHost> host_;
};

TEST_F(PluginHostTest, SurvivesEveryBadPluginAndTheOthersWork) {
    install({"good", "duplicate_id", "no_entry", "wrong_major", "future_minor", "throws_in_create",
             "fails_create", "missing_member", "unmet_needs", "needs_setting"});
    std::ofstream(folder() / "not_a_library.so") << "just some text\n";
    std::ofstream(folder() / "empty.so");
    {
        std::ifstream whole(fs::path(CONSORT_FIXTURES) / "good.so", std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(whole), {});
        std::ofstream(folder() / "cut_off.so", std::ios::binary) << bytes.substr(0, 2000);
        // Cut anywhere, the file is refused or, with the end of its debug information lost, loads.
        for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 50) {
            const fs::path cut = directory_.path() / "cut.so";
            std::ofstream(cut, std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
            try {
                const PluginLibrary library(cut);
            } catch (const Incompatible&) {
            }
            fs::remove(cut);  // each is a file of its own for the loader
        }
    }
    PluginHost& host = start();

    expect("duplicate_id", PluginState::active, "");
    expect("good", PluginState::duplicate, "its id org.example.good is that of");
    expect("future_minor", PluginState::active, "");
    expect("not_a_library", PluginState::incompatible, "does not load as a shared library");
    expect("empty", PluginState::incompatible, "does not load as a shared library");
    expect("cut_off", PluginState::incompatible, "the file is cut off: copy it again");
    expect("no_entry", PluginState::incompatible, "does not export consort_plugin_entry");
    expect("wrong_major", PluginState::incompatible,
           "it is built for ABI 2.0, this host has ABI 1.0");
    expect("throws_in_create", PluginState::failed, "the moon is in the wrong phase");
    expect("fails_create", PluginState::failed, "the licence server is closed on Sundays");
    expect("missing_member", PluginState::failed, "the required member 'describe' is missing");
    expect("unmet_needs", PluginState::incompatible, "it needs consort.host.time-travel/1");
    expect("needs_setting", PluginState::failed, "[plugins.needs_setting] lacks server");

    // What a failed plugin had offered is gone; the rest is there.
    const auto routes = host.registry().all<consort_http>(CONSORT_HTTP);
    ASSERT_EQ(routes.size(), 1u);
    EXPECT_EQ(routes[0].plugin_id, "org.example.future");
    EXPECT_THAT(host.registry().all<consort_delivery>(CONSORT_DELIVERY), IsEmpty());

    const std::string exposed = metrics_.expose();
    EXPECT_THAT(exposed, HasSubstr("consort_plugins{state=\"active\"} 2"));
    EXPECT_THAT(exposed, HasSubstr("consort_plugins{state=\"failed\"} 4"));
    EXPECT_THAT(exposed, HasSubstr("consort_plugins{state=\"incompatible\"} 6"));
    EXPECT_THAT(exposed, HasSubstr("consort_plugins{state=\"duplicate\"} 1"));

    const std::string json = to_json(host.plugins());
    EXPECT_THAT(json, HasSubstr(R"("state":"failed","error":"create failed: the licence server)"));
    host.stop();
    EXPECT_THAT(host.registry().entries(), IsEmpty());
}

TEST_F(PluginHostTest, GivesAPluginItsSettings) {
    install({"good"});
    environment_["CONSORT_PLUGINS_GOOD_COUNT"] = "7";
    start("[plugins.good]\ngreeting = \"servus\"\ncount = 5\n");
    expect("good", PluginState::active, "");
    ASSERT_EQ(status("good").components.size(), 1u);
    EXPECT_EQ(status("good").components[0].interface_id, CONSORT_HTTP);
    EXPECT_EQ(status("good").version, "1.2.3");
}

TEST_F(PluginHostTest, APluginsOwnFlagsAndVariablesOverrideTheFile) {
    install({"good"});
    environment_["GOOD_COUNT"] = "11";
    start("[plugins.good]\ncount = 5\n");
    expect("good", PluginState::failed,
           "environment variable GOOD_COUNT: must be a whole number from 1 to 10, not 11");
    environment_["GOOD_COUNT"] = "4";
    flags_ = {{"good-greeting", "servus", "--good-greeting"}, {"god", "1", "--god"}};
    start("[plugins.good]\ncount = 5\n");
    expect("good", PluginState::active, "");
    EXPECT_THAT(host_->unclaimed_flags(), ElementsAre("god"));
    flags_.pop_back();
    EXPECT_THAT(start().unclaimed_flags(), IsEmpty());
}

TEST_F(PluginHostTest, NamesEveryMistakeInAPluginsSection) {
    install({"good", "future_minor"});
    environment_["CONSORT_PLUGINS_GOOD_TOKEN"] = "";
    PluginHost& host = start(
        "[plugins.good]\ngreting = \"x\"\ncount = 11\ngreeting = 4\ntoken = 5\n"
        "[plugins.future_miner]\nx = 1\n");
    EXPECT_THAT(
        host.mistakes(),
        testing::UnorderedElementsAre(
            "unknown key 'greting' in [plugins.good], line 2: did you mean 'greeting'?",
            "[plugins.good] count, line 3: must be a whole number from 1 to 10, not 11",
            "[plugins.good] greeting, line 4: must be a text in quotes, not 4",
            "[plugins.good] token, line 5: must be a text in quotes",
            "[plugins.future_miner], line 6: there is no plugin 'future_miner'; did you mean "
            "'future_minor'?"));
    expect("good", PluginState::failed, "did you mean 'greeting'?");
    expect("future_minor", PluginState::active, "");
}

TEST_F(PluginHostTest, EnabledAndDisabledDecideAndOrder) {
    install({"good", "future_minor", "fails_create"});
    start("[plugins]\ndisabled = [\"fails_create\"]\n");
    expect("fails_create", PluginState::disabled, "[plugins] disabled names it");
    expect("good", PluginState::active, "");

    PluginHost& host = start("[plugins]\nenabled = [\"good\", \"future_minor\"]\n");
    expect("fails_create", PluginState::disabled, "[plugins] enabled does not name it");
    EXPECT_EQ(host.plugins()[0].name, "good");
    EXPECT_EQ(host.plugins()[1].name, "future_minor");
    const auto routes = host.registry().all<consort_http>(CONSORT_HTTP);
    ASSERT_EQ(routes.size(), 2u);
    EXPECT_EQ(routes[0].name, "good");

    EXPECT_THAT(start("[plugins]\nenabled = [\"god\"]\n").mistakes(),
                ElementsAre(HasSubstr("there is no plugin 'god'; did you mean 'good'?")));
}

TEST_F(PluginHostTest, SafeModeLoadsNothingFromElsewhere) {
    install({"good"});
    EXPECT_THAT(start("", true).plugins(), IsEmpty());
}

TEST_F(PluginHostTest, QuarantinesWhatWasBeingLoadedWhenTheProcessDied) {
    install({"good", "future_minor"});
    // A marker that nobody holds is what a dead process leaves.
    fs::create_directories(data() / "plugins" / "loading");
    std::ofstream(data() / "plugins" / "loading" / "good.so") << "created\n";
    start();
    expect("good", PluginState::quarantined, "the process ended while it was created");
    expect("good", PluginState::quarantined, "consort plugin unquarantine good");
    expect("future_minor", PluginState::active, "");
    EXPECT_THAT(metrics_.expose(), HasSubstr("consort_plugins{state=\"quarantined\"} 1"));
    start();
    expect("good", PluginState::quarantined, "");

    EXPECT_TRUE(Quarantine(data()).release("good"));
    EXPECT_FALSE(Quarantine(data()).release("good"));
    start();
    expect("good", PluginState::active, "");
    EXPECT_TRUE(fs::is_empty(data() / "plugins" / "loading"));
}

TEST_F(PluginHostTest, AnotherBuildLeavesQuarantine) {
    install({"good"});
    fs::create_directories(data() / "plugins" / "loading");
    std::ofstream(data() / "plugins" / "loading" / "good.so") << "loaded\n";
    start();
    expect("good", PluginState::quarantined, "while it was loaded");
    fs::last_write_time(folder() / "good.so",
                        fs::last_write_time(folder() / "good.so") - std::chrono::hours(1));
    start();
    expect("good", PluginState::active, "");
}

TEST_F(PluginHostTest, AMarkerInUseIsNoCrash) {
    install({"good"});
    const Quarantine other(data());
    const std::shared_ptr<void> held = other.mark(folder() / "good.so", "created");
    start();
    expect("good", PluginState::active, "");
}

TEST_F(PluginHostTest, SaysThatAFolderIsMissing) {
    EXPECT_THAT(start().mistakes(), ElementsAre(AllOf(HasSubstr("cannot read the plugin directory"),
                                                      HasSubstr(folder().string()))));
}

}  // namespace
}  // namespace consort::host
