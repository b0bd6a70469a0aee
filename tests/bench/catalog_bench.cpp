// How fast the catalog is with many tracks: catalog-bench [TRACKS] [DATABASE] [NAME]. Fills a
// database (a temporary one unless named; a named one that is full already is taken as it is), then
// times pages of every list in every order with every filter, at the start and deep inside, and
// searches. Processor time stands beside the time on the clock: other work on the machine does not
// spoil it.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/catalog/catalog.hpp"
#include "core/catalog/database.hpp"
#include "core/catalog/items_json.hpp"
#include "core/catalog/library_writer.hpp"
#include "core/catalog/list_query.hpp"
#include "core/catalog/search.hpp"

namespace {

using namespace consort::catalog;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begun) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

class Words {
  public:
    Words() {
        const char* const syllables[] = {"lo",  "ve", "mi", "dan", "ce", "ra",  "tor", "na",
                                         "sun", "ri", "ka", "bel", "go", "sta", "fi",  "mo"};
        for (int i = 0; i < 20'000; ++i) {
            std::string word;
            for (int n = 0; n < 2 + i % 3; ++n) word += syllables[random_() % std::size(syllables)];
            words_.push_back(word);
        }
    }
    // Few words are frequent, most are rare, as in titles.
    const std::string& one() {
        const double x = std::uniform_real_distribution<>(0, 1)(random_);
        return words_[static_cast<std::size_t>(x * x * x * static_cast<double>(words_.size() - 1))];
    }
    std::string some(int count) {
        std::string text = one();
        for (int i = 1; i < count; ++i) text += " " + one();
        return text;
    }
    const std::string& word(std::size_t i) const { return words_[i]; }
    unsigned number() { return static_cast<unsigned>(random_()); }

  private:
    std::mt19937 random_{7};
    std::vector<std::string> words_;
};

void fill(Database& database, int count, Words& words) {
    LibraryWriter writer;
    const Clock::time_point begun = Clock::now();
    std::string artist, album;
    for (int at = 0; at < count;) {
        const consort::Result<void> written = database.write([&](Session& session) {
            writer.begin(session);
            for (int i = 0; i < 5000 && at < count; ++i, ++at) {
                if (at % 120 == 0) artist = words.some(2);
                if (at % 12 == 0) album = words.some(3);
                consort::catalog::Inspection inspection;
                auto& probe = inspection.probe;
                inspection.identity = std::to_string(at);
                probe.container = "flac";
                probe.content_type = "audio/flac";
                probe.duration_ns = 60'000'000'000LL + words.number() % 300'000'000'000LL;
                probe.tracks.emplace_back().kind = CONSORT_TRACK_AUDIO;
                probe.tags = {{"title", words.some(3)},
                              {"artist", artist},
                              {"albumartist", artist},
                              {"album", album},
                              {"genre", words.word(words.number() % 40)},
                              {"track", std::to_string(at % 12 + 1)},
                              {"date", std::to_string(1950 + words.number() % 75)}};
                const std::string folder = "file:///music/" + std::to_string(at / 12);
                const std::int64_t directory = writer.directory(session, folder);
                const auto put = [&](const std::string& name) {
                    writer.put(session, directory, 0, make_record(inspection, {}, name), 1);
                };
                put(std::to_string(at) + ".flac");
                if (at % 500 == 0)
                    writer.put(session, directory, 0,
                               make_broken_record("It is damaged.", {},
                                                  std::to_string(at) + ".broken.flac"),
                               1);
                if (at % 50 != 0) continue;
                probe.tracks.emplace_back().kind = CONSORT_TRACK_VIDEO;
                put(words.some(3) + " (" + std::to_string(1920 + words.number() % 100) + ").mkv");
                const unsigned episode = words.number() % 5000;
                put("Show " + words.word(episode / 100) + "/Season " +
                    std::to_string(episode / 20 % 5 + 1) + "/S" +
                    std::to_string(episode / 20 % 5 + 1) + "E" + std::to_string(at / 50 + 1) + " " +
                    words.some(2) + ".mkv");
            }
            writer.settle(session, at == count);
        });
        if (!written) {
            std::fprintf(stderr, "%s\n", written.error().text.c_str());
            std::exit(1);
        }
    }
    const double seconds = ms_since(begun) / 1000;
    std::printf("wrote %d tracks in %.1f s, %.0f a second\n", count, seconds, count / seconds);
}

double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::string only;  // what the name of a measurement must hold

void measure(const std::string& name, int times, const std::function<void(int)>& work) {
    if (name.find(only) == std::string::npos) return;
    std::vector<double> took, cpu;
    for (int i = 0; i < times; ++i) {
        const Clock::time_point begun = Clock::now();
        const double cpu_begun = cpu_ms();
        work(i);
        cpu.push_back(cpu_ms() - cpu_begun);
        took.push_back(ms_since(begun));
    }
    std::sort(took.begin(), took.end());
    std::sort(cpu.begin(), cpu.end());
    const std::size_t p99 = took.size() * 99 / 100;
    std::printf("%-52s p50 %8.2f   p99 %8.2f   cpu p50 %8.2f   p99 %8.2f ms\n", name.c_str(),
                took[took.size() / 2], took[p99], cpu[cpu.size() / 2], cpu[p99]);
    std::fflush(stdout);
}

void pages(Database& database, List list, const std::string& name, ListRequest request) {
    std::string cursor;
    measure(name, 40, [&](int i) {
        // The first page, then on and on.
        ListQuery query;
        request.cursor = i % 4 == 0 ? std::string_view{} : std::string_view(cursor);
        if (make_query(list, request, query)) std::exit(1);
        const auto reader = database.read();
        const Page page = read_page(*reader, query);
        if (!page.next.empty()) cursor = page.next;
    });
}

struct Narrowed {
    std::string name;
    ListRequest request;
};

// Every order of a list, both ways, with each of these filters.
void every_order(Database& database, List list, const std::string& name,
                 const std::vector<Narrowed>& filters) {
    for (const Narrowed& filter : filters) {
        std::string_view sorts;
        const std::string names = sort_names(list);
        for (sorts = names; !sorts.empty();) {
            const std::size_t comma = std::min(sorts.find(", "), sorts.size());
            for (const char* down : {"", "-"}) {
                const std::string sort = down + std::string(sorts.substr(0, comma));
                ListRequest request = filter.request;
                request.sort = sort;
                pages(database, list, name + " by " + sort + filter.name, request);
            }
            sorts.remove_prefix(std::min(comma + 2, sorts.size()));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
    only = argc > 3 ? argv[3] : "";
    const std::filesystem::path temporary =
        std::filesystem::temp_directory_path() / ("catalog-bench-" + std::to_string(getpid()));
    const std::string path = argc > 2 ? argv[2] : temporary.string() + ".db";
    {
        Catalog catalog({sqlite_url(path), 2});
        Database& database = catalog.database();
        Words words;
        if (database.read()->number("SELECT COUNT(*) FROM tracks") < count)
            fill(database, count, words);
        const auto one = [&](const char* sql) {
            std::string value;
            database.read()->query(sql, 1, {}, [&](const Row& row) { value = row.text(0); });
            return value;
        };
        const std::string artist = one("SELECT uid FROM artists ORDER BY track_count DESC LIMIT 1");
        const std::string some_artist = one("SELECT uid FROM artists ORDER BY uid LIMIT 1");
        const std::string genre = one("SELECT uid FROM genres ORDER BY track_count DESC LIMIT 1");
        const std::string small = one("SELECT uid FROM genres ORDER BY track_count LIMIT 1");
        const std::string album = one("SELECT uid FROM albums ORDER BY track_count DESC LIMIT 1");
        const std::string show = one("SELECT uid FROM shows ORDER BY episode_count DESC LIMIT 1");
        const std::string word = words.word(3), rare = words.word(15'000);
        const auto narrowed = [](std::string name, auto set) {
            Narrowed filter{std::move(name), {}};
            set(filter.request);
            return filter;
        };
        const std::vector<Narrowed> searches = {
            {"", {}},
            narrowed(", q frequent", [&](ListRequest& r) { r.q = word; }),
            narrowed(", q rare", [&](ListRequest& r) { r.q = rare; })};
        std::vector<Narrowed> music = searches;
        for (const Narrowed& filter :
             {narrowed(", large artist", [&](ListRequest& r) { r.artist = artist; }),
              narrowed(", an artist", [&](ListRequest& r) { r.artist = some_artist; }),
              narrowed(", large genre", [&](ListRequest& r) { r.genre = genre; }),
              narrowed(", small genre", [&](ListRequest& r) { r.genre = small; }),
              narrowed(", artist and genre", [&](ListRequest& r) {
                  r.artist = artist;
                  r.genre = genre;
              })})
            music.push_back(filter);
        every_order(database, List::albums, "albums", music);
        music.push_back(narrowed(", an album", [&](ListRequest& r) { r.album = album; }));
        every_order(database, List::tracks, "tracks", music);
        every_order(database, List::artists, "artists", searches);
        every_order(database, List::genres, "genres", {{"", {}}});
        every_order(database, List::movies, "movies", searches);
        every_order(database, List::shows, "shows", searches);
        every_order(database, List::episodes, "episodes", searches);
        every_order(database, List::episodes, "episodes",
                    {narrowed(", a show", [&](ListRequest& r) { r.show = show; }),
                     narrowed(", a season", [&](ListRequest& r) {
                         r.show = show;
                         r.season = "1";
                     })});
        every_order(database, List::broken, "broken", {{"", {}}});
        const auto search = [&](const std::string& what, const std::function<std::string(int)>& q) {
            measure("search: " + what, 100, [&](int i) {
                const auto reader = database.read();
                search_all(*reader, q(i), 20);
            });
        };
        search("a frequent word", [&](int i) { return words.word(static_cast<std::size_t>(i)); });
        search("a rare word",
               [&](int i) { return words.word(19'000 - static_cast<std::size_t>(i)); });
        search("two words", [&](int) { return words.some(2); });
        search("two letters", [&](int) { return words.one().substr(0, 2); });
        search("one letter", [&](int) { return words.one().substr(0, 1); });
    }
    if (argc <= 2)
        for (const char* end : {".db", ".db-wal", ".db-shm"})
            std::filesystem::remove(temporary.string() + end);
}
