// How fast the catalog is with many tracks: catalog-bench [TRACKS] [DATABASE]. Fills a database
// (a temporary one unless named; a named one that is full already is taken as it is), then times
// pages of lists in every order, at the start and deep inside, and searches.
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
                writer.put(session, directory, 0,
                           make_record(inspection, {}, std::to_string(at) + ".flac"), 1);
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

void measure(const std::string& name, int times, const std::function<void(int)>& work) {
    std::vector<double> took;
    for (int i = 0; i < times; ++i) {
        const Clock::time_point begun = Clock::now();
        work(i);
        took.push_back(ms_since(begun));
    }
    std::sort(took.begin(), took.end());
    std::printf("%-44s p50 %8.2f ms   p99 %8.2f ms\n", name.c_str(), took[took.size() / 2],
                took[took.size() * 99 / 100]);
}

void pages(Database& database, List list, const std::string& name, ListRequest request) {
    std::string cursor;
    measure(name, 60, [&](int i) {
        // The first page, then on and on.
        ListQuery query;
        request.cursor = i % 2 == 0 ? std::string_view{} : std::string_view(cursor);
        if (make_query(list, request, query)) std::exit(1);
        const auto reader = database.read();
        const Page page = read_page(*reader, query);
        if (!page.next.empty()) cursor = page.next;
    });
}

}  // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const std::filesystem::path temporary =
        std::filesystem::temp_directory_path() / ("catalog-bench-" + std::to_string(getpid()));
    const std::string path = argc > 2 ? argv[2] : temporary.string() + ".db";
    {
        Catalog catalog({sqlite_url(path), 2});
        Database& database = catalog.database();
        Words words;
        if (database.read()->number("SELECT COUNT(*) FROM tracks") < count)
            fill(database, count, words);
        std::string artist, genre;
        database.read()->query("SELECT uid FROM artists ORDER BY track_count DESC LIMIT 1", 1, {},
                               [&](const Row& row) { artist = row.text(0); });
        database.read()->query("SELECT uid FROM genres ORDER BY track_count DESC LIMIT 1", 1, {},
                               [&](const Row& row) { genre = row.text(0); });
        for (const char* sort : {"title", "-added", "album", "artist", "-year", "duration"}) {
            ListRequest request;
            request.sort = sort;
            pages(database, List::tracks, std::string("tracks, 50 by ") + sort, request);
        }
        ListRequest request;
        pages(database, List::albums, "albums, 50", request);
        pages(database, List::artists, "artists, 50", request);
        request.artist = artist;
        pages(database, List::tracks, "tracks of an artist", request);
        request = {};
        request.genre = genre;
        pages(database, List::tracks, "tracks of a large genre", request);
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
