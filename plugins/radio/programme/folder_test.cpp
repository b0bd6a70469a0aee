#include "plugins/radio/programme/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/radio/programme/test_host.hpp"

namespace consort::radio {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::put;

class FolderTest : public testing::DirectoryTest {
  protected:
    std::shared_ptr<const Listing> listing_;
    int told_ = 0;
    std::unique_ptr<Folder> folder_;

    void follow(std::string_view name = "") {
        folder_ = std::make_unique<Folder>(
            host_.link(), testing::uri_of(name.empty() ? directory_.path() : at(name)),
            [this](std::shared_ptr<const Listing> listing) {
                listing_ = std::move(listing);
                ++told_;
            });
        folder_->tick();
        ASSERT_NE(listing_, nullptr);
    }
    void pass(seconds time) {
        for (seconds done(0); done < time; done += seconds(1)) {
            host_.clock.advance(seconds(1));
            folder_->tick();
        }
    }
    std::vector<std::string> paths() const {
        std::vector<std::string> all;
        for (const AudioFile& file : listing_->files()) all.push_back(file.path);
        return all;
    }
};

TEST_F(FolderTest, ListsAudioFilesAtAnyDepthInNaturalOrder) {
    for (const char* name : {"10 z.mp3", "2 y.ogg", "cd 2/1.flac", "cd 10/1.wav", "ä ö%?#'.opus",
                             "notes.txt", ".hidden.mp3", ".hidden/x.mp3", "cover.jpg"})
        put(at(name));
    put(at("\xFF.mp3"));
    follow();
    EXPECT_THAT(paths(), ElementsAre("2 y.ogg", "10 z.mp3", "cd 2/1.flac", "cd 10/1.wav",
                                     "ä ö%?#'.opus", "\xFF.mp3"));
    EXPECT_THAT(listing_->problems(), IsEmpty());
    for (const AudioFile& file : listing_->files())
        EXPECT_EQ(testing::path_of(file.uri), at(file.path));
}

TEST_F(FolderTest, FollowsWhatTheWatchTells) {
    put(at("1.mp3"));
    follow();
    put(at("2.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("2.mp3"));
    pass(seconds(1));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "2.mp3"));
    testing::fs::rename(at("1.mp3"), at("3.mp3"));
    host_.disk.tell(CONSORT_CHANGE_REMOVED, at("1.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("3.mp3"));
    pass(seconds(1));
    EXPECT_THAT(paths(), ElementsAre("2.mp3", "3.mp3"));
    testing::fs::remove(at("2.mp3"));
    host_.disk.tell(CONSORT_CHANGE_REMOVED, at("2.mp3"));
    pass(seconds(1));
    EXPECT_THAT(paths(), ElementsAre("3.mp3"));
    EXPECT_EQ(told_, 4);
}

TEST_F(FolderTest, IsQuietWhileNothingChanges) {
    put(at("1.mp3"));
    follow();
    const int lists = host_.disk.lists;
    pass(seconds(590));
    EXPECT_EQ(host_.disk.lists, lists) << "the watch would have told";
    pass(seconds(20));
    EXPECT_EQ(host_.disk.lists, lists + 1) << "now and then it looks nevertheless";
    EXPECT_EQ(told_, 1);
}

TEST_F(FolderTest, RestsAfterALongScan) {
    host_.disk.while_listing = [this] {
        host_.clock.now += std::chrono::nanoseconds(seconds(2)).count();
    };
    follow();
    const int lists = host_.disk.lists;
    for (int i = 0; i < 20; ++i) {
        host_.disk.tell(CONSORT_CHANGE_REMOVED, at("1.mp3"));
        pass(seconds(1));
    }
    EXPECT_LE(host_.disk.lists, lists + 3);
    EXPECT_GE(host_.disk.lists, lists + 2);
}

TEST_F(FolderTest, LooksEveryMinuteWhereTheStorageCannotTell) {
    host_.disk.can_watch = false;
    put(at("1.mp3"));
    follow();
    put(at("2.mp3"));
    pass(seconds(55));
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    pass(seconds(7));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "2.mp3"));
}

TEST_F(FolderTest, ALostWatchIsBegunAgain) {
    put(at("1.mp3"));
    follow();
    pass(seconds(20));
    put(at("2.mp3"));
    host_.disk.tell(CONSORT_CHANGE_LOST, directory_.path());
    pass(seconds(2));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "2.mp3"));
    EXPECT_EQ(host_.disk.watches, 2);
    EXPECT_EQ(host_.disk.watching.size(), 1u);
    for (int i = 0; i < 10; ++i) {
        host_.disk.tell(CONSORT_CHANGE_LOST, directory_.path());
        pass(seconds(1));
    }
    EXPECT_EQ(host_.disk.watches, 2) << "not with every loss";
}

TEST_F(FolderTest, ReloadLooksAtOnce) {
    host_.disk.can_watch = false;
    put(at("1.mp3"));
    follow();
    testing::fs::remove(at("1.mp3"));
    folder_->reload();
    folder_->tick();
    EXPECT_THAT(paths(), IsEmpty());
}

TEST_F(FolderTest, AFileThatIsStillWrittenIsNotPlayed) {
    put(at("1.mp3"));
    follow();
    std::ofstream slow(at("2.mp3"));
    for (int i = 0; i < 40; ++i) {
        slow << "more" << std::flush;
        put(at("other.mp3"), std::to_string(i));
        host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("other.mp3"));
        pass(seconds(1));
        EXPECT_THAT(paths(), ElementsAre("1.mp3", "other.mp3"));
    }
    slow.close();
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("2.mp3"));
    pass(seconds(1));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "2.mp3", "other.mp3"));
}

TEST_F(FolderTest, WithoutAWatchAFileCountsWhenItStaysAsItIs) {
    host_.disk.can_watch = false;
    put(at("1.mp3"));
    follow();
    put(at("2.mp3"));
    folder_->reload();
    folder_->tick();
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    put(at("2.mp3"), "more sound");
    pass(seconds(1));
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    pass(seconds(3));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "2.mp3"));
}

TEST_F(FolderTest, SaysWhatCannotBeReadAndHowToMendIt) {
    put(at("1.mp3"));
    put(at("it's secret.mp3"));
    put(at("closed/x.mp3"));
    host_.disk.denied = {at("it's secret.mp3"), at("closed")};
    follow();
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    EXPECT_THAT(listing_->problems(),
                ::testing::UnorderedElementsAre(
                    AllOf(HasSubstr("'" + at("it's secret.mp3").string() + "'"),
                          HasSubstr("chmod o+r '" + directory_.path().string()),
                          HasSubstr("it'\\''s secret.mp3'")),
                    AllOf(HasSubstr("'" + at("closed").string() + "'"),
                          HasSubstr("chmod o+rx '" + at("closed").string() + "'"))));
    EXPECT_EQ(host_.logged("cannot be read"), 2);
    pass(seconds(60));
    EXPECT_EQ(host_.logged("cannot be read"), 2) << "once is enough";
    host_.disk.denied.clear();  // of which no watch tells
    pass(seconds(20));
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "closed/x.mp3", "it's secret.mp3"));
    EXPECT_THAT(listing_->problems(), IsEmpty());
}

TEST_F(FolderTest, WaitsForADirectoryThatIsNotThere) {
    follow("later");
    EXPECT_THAT(paths(), IsEmpty());
    EXPECT_THAT(listing_->problems(), ElementsAre(HasSubstr("does not exist: make it")));
    put(at("later/1.mp3"));
    pass(seconds(20));
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    EXPECT_EQ(host_.disk.watches, 1);
}

TEST_F(FolderTest, KeepsWhatItKnowsWhileTheDiskIsOutOfReach) {
    put(at("1.mp3"));
    follow();
    host_.disk.out_of_reach = {directory_.path()};
    folder_->reload();
    folder_->tick();
    EXPECT_THAT(paths(), ElementsAre("1.mp3"));
    EXPECT_THAT(listing_->problems(), ElementsAre(HasSubstr("reachable")));
}

TEST_F(FolderTest, ALinkToADirectoryAboveIsLeftOut) {
    put(at("1.mp3"));
    put(at("deep/2.mp3"));
    testing::fs::create_directory_symlink(directory_.path(), at("deep/up"));
    testing::fs::create_directory_symlink(at("deep"), at("deep/self"));
    follow();
    EXPECT_THAT(paths(), ElementsAre("1.mp3", "deep/2.mp3"));
    EXPECT_THAT(listing_->problems(), ElementsAre(HasSubstr("link"), HasSubstr("link")));
}

TEST_F(FolderTest, SaysNothingAfterItIsClosed) {
    follow();
    folder_->close();
    put(at("1.mp3"));
    host_.disk.tell(CONSORT_CHANGE_WRITTEN, at("1.mp3"));
    pass(seconds(700));
    EXPECT_EQ(told_, 1);
    EXPECT_TRUE(host_.disk.watching.empty());
}

}  // namespace
}  // namespace consort::radio
