#include "core/catalog/api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <thread>

#include "core/catalog/database.hpp"
#include "core/catalog/testing.hpp"

namespace consort::catalog {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using testing::FakeFile;
using testing::FakeRequest;
using ::testing::HasSubstr;

class ApiTest : public ::testing::Test {
  protected:
    ApiTest() {
        ScannerOptions options;
        options.roots = {"/music"};
        options.threads = 2;
        scanner = std::make_unique<Scanner>(options, catalog, files, metrics);
        add_routes(router, catalog, *scanner, files, cache, workers);
    }
    void scan() {
        ASSERT_TRUE(scanner->request_scan());
        ASSERT_TRUE(scanner->wait_idle(std::chrono::seconds(60)));
    }
    void song(const std::string& path, testing::Tags tags) {
        FakeFile file;
        file.tags = std::move(tags);
        files.put("/music/" + path, file);
    }
    // The entity tag of an answer, once it is there.
    static std::string tag_of(const boost::intrusive_ptr<FakeRequest>& made) {
        EXPECT_EQ(made->status(), 200);
        return made->response().etag;
    }
    boost::intrusive_ptr<FakeRequest> request(const std::string& target,
                                              const std::string& method = "GET",
                                              const std::string& accept = "") {
        boost::intrusive_ptr<FakeRequest> made(new FakeRequest(target, method));
        if (!accept.empty()) made->headers["accept"] = accept;
        const std::string path = target.substr(0, target.find('?'));
        const http::Router::Match match = router.match(method, path);
        if (match.route == nullptr) {
            ADD_FAILURE() << "no route for " << method << " " << target;
            made->problem(404, "no_route", "");
            return made;
        }
        for (const auto& [name, value] : match.params) made->params.emplace(name, value);
        match.route->handle(made);
        return made;
    }
    json::value get(const std::string& target, int status = 200) {
        const auto answer = request(target);
        EXPECT_EQ(answer->status(), status) << target << "\n" << answer->text();
        boost::system::error_code bad;
        json::value parsed = json::parse(answer->text(), bad);
        EXPECT_FALSE(bad) << target << "\n" << answer->text();
        return parsed;
    }
    json::array items(const std::string& target) {
        return std::move(get(target).at("items").as_array());
    }
    static std::vector<std::string> texts(const json::value& items, const char* key = "title") {
        std::vector<std::string> out;
        for (const json::value& item : items.as_array())
            out.emplace_back(item.at(key).as_string().c_str());
        return out;
    }
    std::vector<std::string> titles(const std::string& target) {
        return texts(get(target).at("items"));
    }
    std::string id_of(const std::string& list, const std::string& name, const char* key = "title") {
        for (const json::value& item : items("/api/v1/" + list + "?limit=500"))
            if (item.at(key).as_string() == name) return item.at("id").as_string().c_str();
        ADD_FAILURE() << "no " << name;
        return {};
    }

    testing::TemporaryDirectory directory;
    testing::FakeFiles files;
    observe::Metrics metrics;
    Catalog catalog{{sqlite_url(directory.file("catalog.db")), 3}};
    std::unique_ptr<Scanner> scanner;
    http::Router router;
    base::Executor workers{"test", 2, 100};
    media::SegmentCache cache{1 << 20, workers, metrics};
};

TEST_F(ApiTest, EmptyLibraryHasEmptyLists) {
    for (const char* list : {"tracks", "albums", "artists", "genres", "movies", "shows", "episodes",
                             "library/broken"}) {
        const json::value page = get(std::string("/api/v1/") + list);
        EXPECT_TRUE(page.at("items").as_array().empty());
        EXPECT_TRUE(page.at("next").is_null());
    }
    EXPECT_EQ(get("/api/v1/library").at("tracks").as_int64(), 0);
}

TEST_F(ApiTest, ATrackWithEverything) {
    FakeFile file;
    file.tags = {{"title", "Under \"Pressure\""},
                 {"artist", "Queen & David Bowie"},
                 {"artists", "Queen"},
                 {"artists", "David Bowie"},
                 {"albumartist", "Queen"},
                 {"album", "Hot Space"},
                 {"genre", "Rock"},
                 {"track", "11/12"},
                 {"disc", "1"},
                 {"date", "1982-05-21"},
                 {"isrc", "GBUM71029604"},
                 {"mood", "tense"}};
    file.cover = true;
    file.duration_ns = 245'123'456'789;
    files.put("/music/q/11.flac", file);
    scan();
    const json::value item = get("/api/v1/tracks").at("items").at(0);
    EXPECT_EQ(item.at("title").as_string(), "Under \"Pressure\"");
    EXPECT_EQ(item.at("artist").as_string(), "Queen & David Bowie");
    EXPECT_THAT(texts(item.at("artists"), "name"), ElementsAre("Queen", "David Bowie"));
    EXPECT_EQ(item.at("duration").as_double(), 245.123456);
    EXPECT_TRUE(item.at("has_cover").as_bool());
    const std::string id = item.at("id").as_string().c_str();

    const json::value track = get("/api/v1/tracks/" + id);
    EXPECT_EQ(track.at("sample_rate").as_int64(), 44100);
    EXPECT_EQ(track.at("bit_depth").as_int64(), 16);
    EXPECT_EQ(track.at("isrc").as_string(), "GBUM71029604");
    EXPECT_EQ(track.at("track_number").as_int64(), 11);
    EXPECT_EQ(track.at("track_total").as_int64(), 12);
    EXPECT_EQ(track.at("year").as_int64(), 1982);
    EXPECT_EQ(track.at("album_artist").as_string(), "Queen");
    for (const char* name : {"encoder_delay", "padding", "total_samples"})
        EXPECT_TRUE(track.at(name).is_null()) << name;
    const std::string before = tag_of(request("/api/v1/tracks/" + id));
    files.indexed = true;
    const json::value known = get("/api/v1/tracks/" + id);
    EXPECT_EQ(known.at("encoder_delay").as_int64(), 1'105);
    EXPECT_EQ(known.at("padding").as_int64(), 704);
    EXPECT_EQ(known.at("total_samples").as_int64(), 7'938'000);
    EXPECT_NE(tag_of(request("/api/v1/tracks/" + id)), before);
    EXPECT_EQ(track.at("tags").at("mood").at(0).as_string(), "tense");
    EXPECT_THAT(texts(track.at("genres"), "name"), ElementsAre("Rock"));
    EXPECT_THAT(request("/api/v1/tracks/" + id)->text(), ::testing::Not(HasSubstr("/music")));

    const std::string album = track.at("album_id").as_string().c_str();
    EXPECT_EQ(texts(get("/api/v1/albums/" + album).at("tracks")).size(), 1u);
    const std::string queen = track.at("artists").at(0).at("id").as_string().c_str();
    EXPECT_THAT(texts(get("/api/v1/artists/" + queen).at("albums")), ElementsAre("Hot Space"));
    EXPECT_THAT(titles("/api/v1/tracks?artist=" + queen), ElementsAre("Under \"Pressure\""));
    EXPECT_THAT(titles("/api/v1/albums?artist=" + queen), ElementsAre("Hot Space"));
    const std::string rock = id_of("genres", "Rock", "name");
    EXPECT_THAT(titles("/api/v1/tracks?genre=" + rock + "&artist=" + queen + "&album=" + album),
                ElementsAre("Under \"Pressure\""));

    const auto cover = request("/api/v1/tracks/" + id + "/cover");
    EXPECT_EQ(cover->status(), 200);
    EXPECT_EQ(cover->response().content_type, "image/png");
    EXPECT_FALSE(cover->response().etag.empty());
    EXPECT_EQ(request("/api/v1/albums/" + album + "/cover")->status(), 200);
}

TEST_F(ApiTest, CoversFromTheFolderAndNone) {
    song("a/1.flac", {{"title", "One"}, {"album", "A"}});
    FakeFile picture;
    picture.content = "\xFF\xD8\xFF picture";
    files.put("/music/a/cover.jpg", picture);
    song("b/2.flac", {{"title", "Two"}, {"album", "B"}});
    FakeFile page;
    page.content = "<script>alert(1)</script>";
    files.put("/music/c/cover.jpg", page);
    song("c/3.flac", {{"title", "Three"}, {"album", "C"}});
    scan();
    const auto one = request("/api/v1/tracks/" + id_of("tracks", "One") + "/cover");
    EXPECT_EQ(one->status(), 200);
    EXPECT_EQ(one->response().content_type, "image/jpeg");
    EXPECT_EQ(one->text(), picture.content);
    EXPECT_EQ(
        get("/api/v1/tracks/" + id_of("tracks", "Two") + "/cover", 404).at("code").as_string(),
        "not_found");
    get("/api/v1/tracks/" + id_of("tracks", "Three") + "/cover", 404);
    get("/api/v1/tracks/" + id_of("tracks", "One") + "/cover?size=huge", 400);
    get("/api/v1/albums/nothing/cover", 404);
    get("/api/v1/albums/nothing/cover?size=64", 404);
    get("/api/v1/tracks/" + id_of("tracks", "Three") + "/cover?size=64", 404);
}

TEST_F(ApiTest, CoversInSizes) {
    const auto folder = [&](const std::string& name, const std::string& bytes) {
        song(name + "/1.flac", {{"title", name}, {"album", name}});
        FakeFile picture;
        picture.content = bytes;
        files.put("/music/" + name + "/cover.jpg", picture);
    };
    folder("good", "\xFF\xD8\xFF good");
    folder("large", "\xFF\xD8\xFF bomb");
    folder("other", "GIF8 foreign");
    scan();
    const auto cover = [&](const std::string& name, const std::string& query) {
        return request("/api/v1/tracks/" + id_of("tracks", name) + "/cover" + query);
    };
    const auto whole = cover("good", ""), small = cover("good", "?size=200");
    EXPECT_EQ(whole->text(), "\xFF\xD8\xFF good");
    EXPECT_EQ(small->status(), 200);
    EXPECT_EQ(small->text(), "\x89PNG\r\n\x1A\n at most 200");
    EXPECT_EQ(small->response().content_type, "image/png");
    EXPECT_EQ(small->response().cache_control, "public, max-age=3600");
    EXPECT_NE(tag_of(small), tag_of(whole));
    EXPECT_NE(tag_of(small), tag_of(cover("good", "?size=300")));

    // Made once; sizes out of bounds are the nearest within.
    const int before = files.scaled;
    EXPECT_EQ(tag_of(cover("good", "?size=200")), tag_of(small));
    EXPECT_EQ(files.scaled, before);
    EXPECT_THAT(cover("good", "?size=8000")->text(), HasSubstr("at most 1024"));
    EXPECT_THAT(cover("good", "?size=1")->text(), HasSubstr("at most 16"));
    for (const char* bad : {"?size=", "?size=0", "?size=-1", "?size=8193", "?size=64px"})
        EXPECT_EQ(cover("good", bad)->status(), 400) << bad;

    const auto refused = cover("large", "?size=64");
    EXPECT_EQ(refused->status(), 422);
    EXPECT_THAT(refused->text(), HasSubstr("too many pixels"));
    const auto other = cover("other", "?size=64");
    EXPECT_EQ(other->text(), "GIF8 foreign");
    EXPECT_EQ(other->response().content_type, "image/gif");
}

TEST_F(ApiTest, PagesAreCompleteInEverySort) {
    for (int i = 0; i < 57; ++i)
        song(std::to_string(i % 5) + "/" + std::to_string(i) + ".flac",
             {{"title", "Same title " + std::to_string(i / 10)},
              {"artist", i % 3 == 0 ? "" : "Artist " + std::to_string(i % 3)},
              {"album", i % 4 == 0 ? "" : "Album"},
              {"date", std::to_string(1990 + i % 3)},
              {"track", std::to_string(i % 7)}});
    scan();
    for (const char* sort : {"title", "added", "album", "artist", "year", "duration"})
        for (const std::string sign : {"", "-"}) {
            std::vector<std::string> ids;
            std::string cursor;
            do {
                const json::value page =
                    get("/api/v1/tracks?limit=10&sort=" + sign + sort + cursor);
                for (const json::value& item : page.at("items").as_array())
                    ids.emplace_back(item.at("id").as_string().c_str());
                cursor = page.at("next").is_null()
                             ? ""
                             : "&cursor=" + std::string(page.at("next").as_string().c_str());
            } while (!cursor.empty() && ids.size() < 200);
            EXPECT_EQ(ids.size(), 57u) << sign << sort;
            EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 57u) << sign << sort;
            std::vector<std::string> whole;
            for (const json::value& item : items("/api/v1/tracks?limit=500&sort=" + sign + sort))
                whole.emplace_back(item.at("id").as_string().c_str());
            EXPECT_EQ(ids, whole) << sign << sort;
        }
}

TEST_F(ApiTest, PagingIsCompleteWhileTheLibraryGrows) {
    for (int i = 0; i < 300; ++i)
        song("a/" + std::to_string(i) + ".flac", {{"title", "Old " + std::to_string(i)}});
    scan();
    std::set<std::string> old;
    for (const auto& item : items("/api/v1/tracks?limit=500"))
        old.insert(item.at("id").as_string().c_str());
    ASSERT_EQ(old.size(), 300u);
    for (int i = 0; i < 400; ++i)
        song("b/" + std::to_string(i) + ".flac", {{"title", "New " + std::to_string(i)}});
    ASSERT_TRUE(scanner->request_scan());
    int rounds = 0;
    bool grown = false;
    for (bool last = false; !last; ++rounds) {
        last = grown;
        std::vector<std::string> ids;
        std::string cursor;
        do {
            const json::value page = get("/api/v1/tracks?limit=7" + cursor);
            for (const auto& item : page.at("items").as_array())
                ids.emplace_back(item.at("id").as_string().c_str());
            cursor = page.at("next").is_null()
                         ? ""
                         : "&cursor=" + std::string(page.at("next").as_string().c_str());
        } while (!cursor.empty());
        const std::set<std::string> seen(ids.begin(), ids.end());
        ASSERT_EQ(seen.size(), ids.size()) << "something came twice";
        for (const std::string& id : old) ASSERT_TRUE(seen.contains(id));
        grown = !scanner->progress().running && scanner->progress().scans == 2;
        if (last) {
            EXPECT_EQ(ids.size(), 700u);
        }
        ASSERT_LT(rounds, 1000);
    }
}

TEST_F(ApiTest, BadParametersAreNamed) {
    song("a/1.flac", {{"title", "One"}});
    song("a/2.flac", {{"title", "Two"}});
    scan();
    const auto detail = [&](const std::string& query) {
        const json::value problem = get("/api/v1/tracks?" + query, 400);
        EXPECT_EQ(problem.at("code").as_string(), "bad_parameter");
        return std::string(problem.at("detail").as_string().c_str());
    };
    for (const char* limit : {"0", "501", "-1", "x", "5x", "99999999999999999999", "%27"})
        EXPECT_THAT(detail(std::string("limit=") + limit), HasSubstr("limit"));
    EXPECT_THAT(detail("sort=bogus"), HasSubstr("sort"));
    EXPECT_THAT(detail("sort=--title"), HasSubstr("sort"));
    EXPECT_THAT(detail("sort=title;DROP%20TABLE%20tracks"), HasSubstr("sort"));
    EXPECT_THAT(detail("q=%22%22"), HasSubstr("q"));
    EXPECT_THAT(detail("show=x"), HasSubstr("show"));
    get("/api/v1/search", 400);
    get("/api/v1/search?q=x&limit=0", 400);
    get("/api/v1/episodes?season=one", 400);

    const json::value page = get("/api/v1/tracks?limit=1");
    const std::string cursor = page.at("next").as_string().c_str();
    EXPECT_EQ(titles("/api/v1/tracks?limit=1&cursor=" + cursor), std::vector<std::string>{"Two"});
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        std::string altered = cursor;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_THAT(detail("cursor=" + altered), HasSubstr("cursor")) << i;
    }
    EXPECT_THAT(detail("cursor=" + cursor.substr(1)), HasSubstr("cursor"));
    EXPECT_THAT(detail("cursor=" + cursor + "AAAA"), HasSubstr("cursor"));
    EXPECT_THAT(detail("cursor=x"), HasSubstr("cursor"));
    EXPECT_THAT(detail("cursor=" + std::string(5000, 'A')), HasSubstr("cursor"));
    EXPECT_THAT(detail("sort=-title&cursor=" + cursor), HasSubstr("cursor")) << "another order";
    get("/api/v1/albums?cursor=" + cursor, 400);
}

TEST_F(ApiTest, InjectionFindsNothingAndBreaksNothing) {
    song("a/1.flac", {{"title", "Robert'); DROP TABLE tracks;--"}, {"artist", "x' OR '1'='1"}});
    scan();
    for (const char* hostile :
         {"%27%20OR%20%271%27=%271", "%22%20OR%20rowid%20%3E%200", "title%20:%20*", "NEAR(a%20b)",
          "*", "a*b%22", "-", "%00", "%FF%FE", "AND", "%5E%22x", "{title}:%22x"}) {
        for (const char* route :
             {"tracks?artist=", "tracks?album=", "tracks?genre=", "albums?artist="})
            EXPECT_TRUE(titles(std::string("/api/v1/") + route + hostile).empty()) << hostile;
        get(std::string("/api/v1/search?q=") + hostile);
        // The router takes no NUL in a path.
        if (std::string_view(hostile) != "%00") get(std::string("/api/v1/tracks/") + hostile, 404);
    }
    EXPECT_EQ(titles("/api/v1/tracks").size(), 1u);
    EXPECT_EQ(get("/api/v1/search?q=robert%20drop").at("tracks").as_array().size(), 1u);
}

TEST_F(ApiTest, SortsAndFindsTitlesInManyScripts) {
    int number = 0;
    for (const char* title :
         {"The Zebra", "Éclair", "apple", "Banana", "Ωδή", "Песня о друге", "音楽会の夜",
          "사랑 노래", "موسيقى", "Track 10", "Track 2", "Smørrebrød", "शांति"})
        song("a/" + std::to_string(++number) + ".flac", {{"title", title}});
    scan();
    const std::vector<std::string> sorted = titles("/api/v1/tracks?sort=title");
    const std::vector<std::string> latin(sorted.begin(), sorted.begin() + 7);
    EXPECT_THAT(latin, ElementsAre("apple", "Banana", "Éclair", "Smørrebrød", "Track 2", "Track 10",
                                   "The Zebra"));
    const auto find = [&](const std::string& q) {
        return texts(get("/api/v1/search?q=" + q).at("tracks"));
    };
    EXPECT_THAT(find("ecl"), ElementsAre("Éclair"));
    EXPECT_THAT(find("ZEBRA"), ElementsAre("The Zebra"));
    EXPECT_THAT(find("smorre"), ElementsAre("Smørrebrød"));
    EXPECT_THAT(find("ωδη"), ElementsAre("Ωδή"));
    EXPECT_THAT(find("ПЕСНЯ друг"), ElementsAre("Песня о друге"));
    EXPECT_THAT(find("楽会"), ElementsAre("音楽会の夜"));
    EXPECT_THAT(find("夜"), ElementsAre("音楽会の夜"));
    EXPECT_THAT(find("노래"), ElementsAre("사랑 노래"));
    EXPECT_THAT(find("موسي"), ElementsAre("موسيقى"));
    EXPECT_THAT(find("शांति"), ElementsAre("शांति"));
    EXPECT_THAT(titles("/api/v1/tracks?q=track"), ElementsAre("Track 2", "Track 10"));
}

TEST_F(ApiTest, SearchPutsTheVeryTitleFirst) {
    song("a/1.flac", {{"title", "Helpless"}, {"artist", "Y"}});
    song("a/2.flac", {{"title", "No Help At All"}, {"artist", "X"}});
    song("a/3.flac", {{"title", "Help!"}, {"artist", "The Beatles"}, {"album", "Help!"}});
    song("a/4.flac", {{"title", "Yesterday"}, {"artist", "The Beatles"}, {"album", "Help!"}});
    scan();
    const json::value found = get("/api/v1/search?q=help");
    EXPECT_THAT(texts(found.at("tracks")),
                ElementsAre("Help!", "Helpless", "No Help At All", "Yesterday"));
    EXPECT_THAT(texts(found.at("albums")), ElementsAre("Help!"));
    EXPECT_THAT(texts(get("/api/v1/search?q=beatles").at("artists"), "name"),
                ElementsAre("The Beatles"));
    EXPECT_THAT(texts(get("/api/v1/search?q=beatles%20yester").at("tracks")),
                ElementsAre("Yesterday"));
}

TEST_F(ApiTest, ShowsSeasonsAndEpisodes) {
    files.put("/music/Dark/Season 1/Dark S01E02 Two.mkv", {});
    files.put("/music/Dark/Season 1/Dark S01E01 One.mkv", {});
    files.put("/music/Dark/Season 2/Dark S02E01 Later.mkv", {});
    files.put("/music/Arrival (2016).mkv", {});
    scan();
    const std::string id = id_of("shows", "Dark");
    const json::value show = get("/api/v1/shows/" + id);
    EXPECT_EQ(show.at("episode_count").as_int64(), 3);
    EXPECT_EQ(show.at("seasons").as_array().size(), 2u);
    EXPECT_THAT(texts(show.at("episodes")), ElementsAre("One", "Two", "Later"));
    EXPECT_THAT(titles("/api/v1/episodes?show=" + id + "&season=2"), ElementsAre("Later"));
    const json::value movie = get("/api/v1/movies/" + id_of("movies", "Arrival"));
    EXPECT_EQ(movie.at("year").as_int64(), 2016);
    EXPECT_EQ(movie.at("width").as_int64(), 1280);
    EXPECT_EQ(movie.at("audio_codec").as_string(), "flac");
    EXPECT_EQ(get("/api/v1/search?q=dark").at("episodes").as_array().size(), 3u);
    const json::value episode = get("/api/v1/episodes/" + id_of("episodes", "Later"));
    EXPECT_EQ(episode.at("show_id").as_string(), id.c_str());
}

TEST_F(ApiTest, EntityTagsChangeWithTheLibrary) {
    song("a/1.flac", {{"title", "One"}});
    scan();
    const auto tag = [&] {
        const auto answer = request("/api/v1/tracks");
        EXPECT_EQ(answer->status(), 200);
        return answer->response().etag;
    };
    const std::string before = tag();
    EXPECT_EQ(tag(), before);
    song("a/2.flac", {{"title", "Two"}});
    scan();
    EXPECT_NE(tag(), before);
}

TEST_F(ApiTest, BrokenFilesAreListedWithTheirReason) {
    FakeFile broken;
    broken.broken = "The \"header\" is damaged.";
    files.put("/music/a/bad file.flac", broken);
    scan();
    const json::value item = get("/api/v1/library/broken").at("items").at(0);
    EXPECT_EQ(item.at("file").as_string(), "bad file.flac");
    EXPECT_EQ(item.at("reason").as_string(), "The \"header\" is damaged.");
}

TEST_F(ApiTest, AScanIsStartedAndFollowed) {
    for (int i = 0; i < 20; ++i)
        song("a/" + std::to_string(i) + ".flac", {{"title", "Song " + std::to_string(i)}});
    files.hold(true);
    const auto events = request("/api/v1/library/scan", "GET", "text/event-stream");
    EXPECT_EQ(events->status(), 200);
    EXPECT_EQ(events->response().content_type, "text/event-stream");
    EXPECT_THAT(events->pull(), HasSubstr("event: progress\ndata: {\"running\":false"));
    EXPECT_EQ(request("/api/v1/library/scan", "POST")->status(), 202);
    EXPECT_THAT(request("/api/v1/library/scan", "POST")->text(), HasSubstr("\"started\":false"));
    EXPECT_THAT(events->pull(), HasSubstr("\"running\":true"));
    files.hold(false);
    std::string last;
    while (last.find("\"scans\":1") == std::string::npos) {
        last = events->pull();
        ASSERT_FALSE(last.empty());
    }
    EXPECT_THAT(last, HasSubstr("\"added\":20"));
    EXPECT_EQ(get("/api/v1/library/scan").at("done").as_int64(), 20);
    events->hang_up();
}

}  // namespace
}  // namespace consort::catalog
