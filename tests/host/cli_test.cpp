// `consort plugin …` and `consort config check` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <cstdio>
#include <fstream>

#include "tests/host/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

class CliTest : public testing::Test {
  protected:
    struct Outcome {
        int code = -1;
        std::string text;
    };
    // Paths of the tests hold nothing that a shell would change.
    Outcome run(const std::string& arguments, const std::string& errors = "2>&1") {
        const std::string command =
            "env -u CONSORT_CONFIG " CONSORT_EXECUTABLE " " + arguments + " " + errors;
        Outcome outcome;
        std::FILE* pipe = popen(command.c_str(), "r");
        char buffer[4096];
        while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) {
            outcome.text.append(buffer, got);
        }
        const int status = pclose(pipe);
        if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
        return outcome;
    }
    void install(std::initializer_list<std::string> names) {
        fs::create_directories(folder());
        for (const std::string& name : names) {
            fs::copy_file(fs::path(CONSORT_FIXTURES) / (name + ".so"), folder() / (name + ".so"));
        }
    }
    fs::path folder() const { return directory_.path() / "plugins"; }
    std::string flags() const {
        return " --plugins " + folder().string() + " --data " +
               (directory_.path() / "data").string();
    }
    json::object listed(const std::string& stem) {
        const Outcome outcome = run("plugin list --json" + flags(), "2>/dev/null");
        EXPECT_EQ(outcome.code, 0) << outcome.text;
        const json::value parsed = json::parse(outcome.text);
        for (const json::value& item : parsed.at("items").as_array()) {
            if (fs::path(item.at("file").as_string().c_str()).stem() == stem)
                return item.as_object();
        }
        ADD_FAILURE() << stem << " is not in " << outcome.text;
        return {};
    }
    std::string inspect(const std::string& name) {
        return "plugin inspect " CONSORT_FIXTURES "/" + name + ".so";
    }

    TemporaryDirectory directory_;
};

TEST_F(CliTest, ListReadsWell) {
    install({"future_minor", "good", "fails_create"});
    const Outcome outcome = run("plugin list" + flags());
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.text, HasSubstr("NAME          VERSION  STATE   OFFERS\n"));
    EXPECT_THAT(outcome.text, HasSubstr("good          1.2.3    active  consort.http/1 good\n"));
    EXPECT_THAT(outcome.text, HasSubstr("create failed: the licence server is closed on Sundays"));
}

TEST_F(CliTest, ListSurvivesPluginsThatEndTheProcess) {
    install({"crashes", "throws_past_border", "good"});
    EXPECT_EQ(listed("good").at("state"), "active");
    for (const std::string name : {"crashes", "throws_past_border"}) {
        EXPECT_EQ(listed(name).at("state"), "quarantined");
        EXPECT_THAT(std::string(listed(name).at("error").as_string()),
                    HasSubstr("the process ended while it was created"));
    }
    const Outcome released = run("plugin unquarantine crashes" + flags());
    EXPECT_EQ(released.code, 0) << released.text;
    EXPECT_THAT(released.text, HasSubstr("crashes is out of quarantine"));
    EXPECT_NE(run("plugin unquarantine crashes" + flags()).code, 0);
    // The next round crashes once more, and once more the others are told of.
    const Outcome again = run("plugin list" + flags());
    EXPECT_EQ(again.code, 0);
    EXPECT_THAT(again.text, HasSubstr("a plugin was tried: it crashed"));
    EXPECT_EQ(listed("crashes").at("state"), "quarantined");
}

TEST_F(CliTest, InspectTellsWhatAPluginIs) {
    const Outcome good = run(inspect("good"));
    EXPECT_THAT(good.text, AllOf(HasSubstr("org.example.good"), HasSubstr("ABI           1.0"),
                                 HasSubstr("consort.host.config/1"),
                                 HasSubstr("count: a whole number from 1 to 10; default 3"),
                                 HasSubstr("token: a text in quotes; secret")));
    EXPECT_THAT(good.text, HasSubstr("exports       1 symbol\n"));
    EXPECT_EQ(good.code, 0) << good.text;

    const Outcome as_json = run(inspect("good") + " --json");
    const json::value parsed = json::parse(as_json.text);
    EXPECT_EQ(parsed.at("settings").as_array().size(), 3u);
    EXPECT_EQ(parsed.at("exported_symbols"), 1);
}

TEST_F(CliTest, InspectRefusesWithOneReason) {
    for (const auto& [name, reason] : std::initializer_list<std::pair<const char*, const char*>>{
             {"wrong_major", "built for ABI 2.0"},
             {"no_entry", "does not export consort_plugin_entry"},
             {"unmet_needs", "consort.host.time-travel/1, which this host does not have"},
             {"nowhere", "does not load"}}) {
        const Outcome outcome = run(inspect(name));
        EXPECT_EQ(outcome.code, 2) << name << outcome.text;
        EXPECT_THAT(outcome.text, HasSubstr(reason));
    }
    // What crashes only when it is created is fine to look at.
    EXPECT_EQ(run(inspect("crashes")).code, 0);
}

TEST_F(CliTest, ConfigCheckNamesFiveMistakesThoseOfPluginsIncluded) {
    install({"good"});
    const fs::path file = directory_.path() / "consort.toml";
    std::ofstream(file) << "[server]\nprot = 1\nport = -1\n[log]\nlevel = \"loud\"\n"
                           "[plugins.good]\ncount = 99\ngreetin = \"x\"\n";
    const Outcome outcome = run("config check --config " + file.string() + flags());
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.text,
                AllOf(HasSubstr("unknown key 'prot' in [server], line 2: did you mean 'port'?"),
                      HasSubstr("[server] port, line 3"), HasSubstr("[log] level, line 5"),
                      HasSubstr("[plugins.good] count, line 7"),
                      HasSubstr("unknown key 'greetin' in [plugins.good], line 8: did you mean "
                                "'greeting'?")));
    std::ofstream(file) << "[server]\nport = 0\n[plugins.good]\ncount = 9\n";
    const Outcome right = run("config check --config " + file.string() + flags());
    EXPECT_EQ(right.code, 0) << right.text;
    EXPECT_THAT(right.text, HasSubstr("The configuration is right"));
}

TEST_F(CliTest, HelpsThoseWhoMistype) {
    const Outcome help = run("--help");
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.text, HasSubstr("consort serve --media"));
    for (const std::string command : {"serve", "scan", "plugin list", "plugin inspect",
                                      "plugin unquarantine", "config check"}) {
        const Outcome outcome = run(command + " --help");
        EXPECT_EQ(outcome.code, 0) << command;
        EXPECT_THAT(outcome.text, HasSubstr("Usage: consort " + command));
    }
    const Outcome typo = run("plugin lsit");
    EXPECT_EQ(typo.code, 2);
    EXPECT_THAT(typo.text, HasSubstr("did you mean 'plugin list'?"));
    const Outcome flag = run("serve --prot 1" + flags());
    EXPECT_EQ(flag.code, 2);
    EXPECT_THAT(flag.text, HasSubstr("unknown flag --prot: did you mean --port?"));
    EXPECT_THAT(run("version").text, HasSubstr("plugin ABI 1.0"));
}

}  // namespace
