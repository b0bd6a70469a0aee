#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/config/assign.hpp"
#include "core/config/keys.hpp"
#include "core/config/load.hpp"
#include "core/config/toml_text.hpp"

namespace consort::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Config, FileThenEnvironmentThenFlags) {
    const std::string file = "[server]\nport = 1\nbind = \"a\"\nmax_connections = 7\n";
    const Environment environment{{"CONSORT_SERVER_PORT", "2"}, {"CONSORT_SERVER_BIND", "b"}};
    const Loaded loaded = load_text(file, environment, {{"server.port", "3", "--port"}});
    EXPECT_THAT(loaded.mistakes, IsEmpty());
    EXPECT_EQ(loaded.settings.server.port, 3);
    EXPECT_EQ(loaded.settings.server.bind, "b");
    EXPECT_EQ(loaded.settings.server.max_connections, 7u);
}

TEST(Config, FlagsOfAListReplaceTheListAndAddUp) {
    const std::string file = "[library]\nmedia = [\"/one\"]\n";
    const Environment environment{{"CONSORT_LIBRARY_MEDIA", "/two, /three"}};
    EXPECT_THAT(load_text(file, {}, {}).settings.library.media, ElementsAre("/one"));
    EXPECT_THAT(load_text(file, environment, {}).settings.library.media,
                ElementsAre("/two", "/three"));
    EXPECT_THAT(
        load_text(file, environment,
                  {{"library.media", "/a,b", "--media"}, {"library.media", "/c", "--media"}})
            .settings.library.media,
        ElementsAre("/a,b", "/c"));
}

TEST(Config, NamesFiveMistakesAtOnceWithTheirLines) {
    const std::string file =
        "[server]\n"
        "port = 70000\n"
        "bind = 5\n"
        "prot = 8000\n"
        "[lgo]\n"
        "level = \"info\"\n"
        "[log]\n"
        "level = \"loud\"\n";
    EXPECT_THAT(
        load_text(file, {}, {}).mistakes,
        ElementsAre("[server] port, line 2: must be a whole number from 0 to 65535, not 70000",
                    "[server] bind, line 3: must be a text in quotes, not 5",
                    "unknown key 'prot' in [server], line 4: did you mean 'port'?",
                    "unknown section [lgo], line 5: did you mean [log]?",
                    "[log] level, line 8: must be \"trace\", \"debug\", \"info\", \"warning\" or "
                    "\"error\", not \"loud\""));
}

TEST(Config, ReadsOnAfterLinesThatAreNotToml) {
    const std::string file =
        "[server]\nport = \nbind = \"x\n[cache\nfoo = 1\n[log]\nlevle = \"info\"\n";
    const Loaded loaded = load_text(file, {}, {});
    ASSERT_EQ(loaded.mistakes.size(), 4u);
    EXPECT_THAT(loaded.mistakes[0], HasSubstr("line 2 is not TOML"));
    EXPECT_THAT(loaded.mistakes[1], HasSubstr("line 3 is not TOML"));
    EXPECT_THAT(loaded.mistakes[2], HasSubstr("line 4 is not TOML"));
    EXPECT_THAT(loaded.mistakes[3], AllOf(HasSubstr("'levle'"), HasSubstr("line 7"),
                                          HasSubstr("did you mean 'level'?")));
}

TEST(Config, KnowsTheUsualNamesOfVariables) {
    const Loaded usual = load_text("", {{"PORT", "8000"}, {"LOG_LEVEL", "WARN"}}, {});
    EXPECT_THAT(usual.mistakes, IsEmpty());
    EXPECT_EQ(usual.settings.server.port, 8000);
    EXPECT_EQ(usual.settings.log.level, "warning");
    const Loaded both = load_text("", {{"PORT", "8000"}, {"CONSORT_SERVER_PORT", "9000"}}, {});
    EXPECT_EQ(both.settings.server.port, 9000);
    EXPECT_THAT(load_text("", {{"PORT", "http"}}, {}).mistakes,
                ElementsAre("environment variable PORT: must be a whole number from 0 to 65535, "
                            "not \"http\""));
    EXPECT_THAT(load_text("", {{"PORT", ""}}, {}).mistakes, IsEmpty());
}

TEST(Config, GivesPluginsTheVariablesOfTheProcess) {
    ASSERT_EQ(::setenv("AUDIO_DIR_OF_THIS_TEST", "here", 1), 0);
    EXPECT_EQ(process_environment()["AUDIO_DIR_OF_THIS_TEST"], "here");
    ::unsetenv("AUDIO_DIR_OF_THIS_TEST");
}

TEST(Config, ChecksEnvironmentAndFlags) {
    const Environment environment{{"CONSORT_SERVER_PORT", "x"},
                                  {"CONSORT_SERVER_COMPRESS", "maybe"},
                                  {"CONSORT_SERVER_PROT", "1"},
                                  {"CONSORT_HOME", "someone else's"},
                                  {"CONSORT_PLUGINS_HLS_TARGET", "6"}};
    const Loaded loaded = load_text("", environment, {{"server.port", "-1", "--port"}});
    EXPECT_THAT(
        loaded.mistakes,
        ElementsAre(
            "environment variable CONSORT_SERVER_PORT: must be a whole number from 0 to 65535, "
            "not \"x\"",
            "environment variable CONSORT_SERVER_COMPRESS: must be true or false, not \"maybe\"",
            "unknown environment variable CONSORT_SERVER_PROT: did you mean CONSORT_SERVER_PORT?",
            "--port: must be a whole number from 0 to 65535, not -1"));
    EXPECT_EQ(loaded.plugin_environment.count("CONSORT_PLUGINS_HLS_TARGET"), 1u);
}

TEST(Config, KeepsPluginSectionsForTheirPlugins) {
    const Loaded loaded = load_text(
        "[plugins]\ndisabled = [\"dash\"]\n[plugins.hls]\nsegment = 6\nname = \"x\"\n"
        "rate = 1.5\non = true\nlist = [\"a\", \"b\"]\nbad = 1979-05-27\n",
        {}, {});
    EXPECT_THAT(loaded.mistakes, ElementsAre(HasSubstr("[plugins.hls] bad, line 9")));
    const auto& hls = loaded.settings.plugins.sections.at("hls");
    EXPECT_EQ(hls.at("segment"), PluginValue(std::int64_t{6}));
    EXPECT_EQ(hls.at("list"), PluginValue(std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(hls.size(), 5u);
    EXPECT_EQ(loaded.plugin_lines.at({"hls", "segment"}), 4u);
    EXPECT_THAT(loaded.settings.plugins.disabled, ElementsAre("dash"));
}

TEST(Config, ChecksWhatBelongsTogether) {
    EXPECT_THAT(load_text("[server]\ntls_key = \"k\"\n", {}, {}).mistakes,
                ElementsAre(HasSubstr("belong together")));
    EXPECT_THAT(load_text("[plugins]\nenabled = [\"a\"]\ndisabled = [\"a\"]\n", {}, {}).mistakes,
                ElementsAre(HasSubstr("'a' as enabled and as disabled")));
}

TEST(Config, SaysThatAFileIsMissing) {
    EXPECT_THAT(load(std::filesystem::path("/nowhere/consort.toml"), {}, {}).mistakes,
                ElementsAre(HasSubstr("/nowhere/consort.toml: No such file")));
}

TEST(Config, EveryKeyHasAUsableTarget) {
    for (const Key& key : keys()) {
        EXPECT_FALSE(key.description.empty()) << key.name;
        EXPECT_TRUE(key.description.ends_with('.')) << key.name;
        Settings settings;
        EXPECT_NE(assign(key, Raw{}, settings), "") << key.name;
    }
}

const RenditionSettings* find_rendition(const Loaded& loaded, std::string_view name) {
    for (const RenditionSettings& one : loaded.settings.renditions.all)
        if (one.name == name) return &one;
    return nullptr;
}

TEST(Config, RenditionsAreAddedChangedAndSwitchedOff) {
    const Loaded none = load_text("", {}, {});
    ASSERT_EQ(none.settings.renditions.all.size(), 13u);
    EXPECT_EQ(none.settings.renditions.all[0].name, "aac-64");
    EXPECT_EQ(find_rendition(none, "h264-720")->height, 720u);
    EXPECT_FALSE(find_rendition(none, "opus-128")->listed);

    const Loaded loaded = load_text(
        "[renditions]\nsegment_seconds = 4\n"
        "[renditions.aac-96]\ncodec = \"aac\"\nbit_rate = 96000\nlisted = false\n"
        "options = { profile = \"low\" }\n"
        "[renditions.aac-128]\nbit_rate = 130000\n"
        "[renditions.aac-128.options]\ncutoff = \"17000\"\n"
        "[renditions.vorbis-160]\nenabled = false\n",
        {}, {});
    EXPECT_THAT(loaded.mistakes, IsEmpty());
    EXPECT_EQ(loaded.settings.renditions.segment_seconds, 4u);
    EXPECT_EQ(loaded.settings.renditions.all.size(), 13u);
    const RenditionSettings& added = loaded.settings.renditions.all.back();
    EXPECT_EQ(added.name, "aac-96");
    EXPECT_EQ(added.bit_rate, 96'000u);
    EXPECT_FALSE(added.listed);
    EXPECT_EQ(added.options.at("profile"), "low");
    const RenditionSettings* changed = find_rendition(loaded, "aac-128");
    EXPECT_EQ(changed->bit_rate, 130'000u);
    EXPECT_EQ(changed->codec, "aac");
    EXPECT_EQ(changed->options.at("cutoff"), "17000");
    EXPECT_EQ(find_rendition(loaded, "vorbis-160"), nullptr);
}

TEST(Config, NamesMistakesInRenditionsWithTheirLines) {
    EXPECT_THAT(
        load_text("[renditions.new]\nbit_rate = 1\n"
                  "[renditions.aac-64]\nbitrate = 5\nheight = -1\nlisted = \"no\"\n"
                  "options = 3\n[renditions.\"A b\"]\ncodec = \"aac\"\n"
                  "[renditions.flac.options]\nlevel = 5\n",
                  {}, {})
            .mistakes,
        ElementsAre("[renditions.aac-64] bitrate, line 4: unknown key: did you mean 'bit_rate'?",
                    "[renditions.aac-64] height, line 5: must be a whole number from 0 to 8640",
                    "[renditions.aac-64] listed, line 6: must be true or false",
                    HasSubstr("[renditions.aac-64] options, line 7: must be a table of texts"),
                    HasSubstr("[renditions.A b], line 8: the name of a rendition may have"),
                    "[renditions.flac.options] level, line 11: must be a text in quotes",
                    HasSubstr("[renditions.new], line 1: codec is missing")));
}

// config/consort.toml shows every key with its default in a line "#name = value" after a sentence,
// or as "name = value".
TEST(Config, TheCommentedFileDocumentsEveryKeyWithItsDefault) {
    std::ifstream in(CONSORT_CONFIG_FILE);
    ASSERT_TRUE(in) << CONSORT_CONFIG_FILE;
    std::string uncommented, before;
    for (std::string line; std::getline(in, line);) {
        const bool example = line.starts_with("#[plugins.");
        if (line.size() > 1 && line[0] == '#' && line[1] >= 'a' && line[1] <= 'z' &&
            line.find(" = ") != std::string::npos) {
            line.erase(0, 1);
        }
        const std::string name = line.substr(0, line.find(" = "));
        if (example) break;  // what follows belongs to plugins
        if (line.find(" = ") != std::string::npos && !line.starts_with("#")) {
            EXPECT_TRUE(before.starts_with("# ")) << name << " has no comment above it";
        }
        uncommented += line + '\n';
        before = line;
    }
    const TomlText file = read_toml(uncommented);
    std::map<std::string, int> seen;
    for (const TomlEntry& entry : file.entries) {
        if (!entry.name.empty()) ++seen[entry.section + "." + entry.name];
    }
    Loaded loaded = load_text(uncommented, {}, {});
    EXPECT_THAT(loaded.mistakes, IsEmpty());
    Settings defaults;
    for (const Key& key : keys()) {
        const std::string name = std::string(key.section) + "." + std::string(key.name);
        EXPECT_EQ(seen[name], 1) << name << " is missing from the file";
        EXPECT_EQ(value_text(key, loaded.settings), value_text(key, defaults)) << name;
    }
}

}  // namespace
}  // namespace consort::config
