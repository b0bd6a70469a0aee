#include "plugins/radio/sound/ogg_format.hpp"

#include <ogg/ogg.h>

#include <deque>
#include <new>
#include <optional>
#include <random>
#include <utility>

#include "consort/text.hpp"

#include "plugins/radio/sound/ogg_mapping.hpp"

namespace consort::radio {
namespace {

constexpr int kMostPage = 60'000;  // bytes; chunks are flushed, pages only cut long ones

// One logical stream.
class Link {
  public:
    explicit Link(int serial) {
        if (ogg_stream_init(&state_, serial) != 0) throw std::bad_alloc();
    }
    ~Link() { ogg_stream_clear(&state_); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void packet(std::span<const std::byte> bytes, std::uint64_t granule, bool last) {
        ogg_packet packet{};
        // libogg copies it.
        packet.packet = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
        packet.bytes = static_cast<long>(bytes.size());
        packet.b_o_s = number_ == 0 ? 1 : 0;
        packet.e_o_s = last ? 1 : 0;
        packet.granulepos = static_cast<ogg_int64_t>(granule);
        packet.packetno = number_++;
        if (ogg_stream_packetin(&state_, &packet) != 0) throw std::bad_alloc();
    }
    // Appends the pages that are full, or all.
    void pages(Bytes& to, bool all) {
        ogg_page page{};
        while ((all ? ogg_stream_flush_fill(&state_, &page, kMostPage)
                    : ogg_stream_pageout_fill(&state_, &page, kMostPage)) != 0) {
            append(to, page.header, page.header_len);
            append(to, page.body, page.body_len);
        }
    }

  private:
    static void append(Bytes& to, const unsigned char* bytes, long size) {
        const auto* from = reinterpret_cast<const std::byte*>(bytes);
        to.insert(to.end(), from, from + size);
    }
    ogg_stream_state state_{};
    ogg_int64_t number_ = 0;
};

class OggFormat : public Format {
  public:
    OggFormat(std::string codec, bool chained, ChunkBuilder& chunks)
        : codec_(std::move(codec)),
          chained_(chained),
          chunks_(chunks),
          serial_(static_cast<int>(std::random_device{}() & 0x3fffffff)) {}

    Result<void> begin(const consort_track& track, const Track* plays) override {
        end();
        auto mapping = codec_ == "opus"     ? make_opus_mapping(view(track.configuration))
                       : codec_ == "vorbis" ? make_vorbis_mapping(view(track.configuration))
                                            : make_flac_mapping(view(track.configuration));
        if (!mapping) return std::move(mapping).error();
        mapping_ = std::move(*mapping);
        chunks_.set_coding(coding_of(track));
        before_.clear();
        first_in_run_ = true;
        delay_ = track.edit_start > 0 ? static_cast<std::uint64_t>(track.edit_start) : 0;
        plays_first_ = plays != nullptr ? std::optional(*plays) : std::nullopt;
        return {};
    }

    // A sample is held until the next one shows whether it is its link's last.
    Result<void> sample(const CodedSample& sample) override {
        if (!link_) {
            first_link();
        } else if (turned_) {
            next_link();
        } else if (held_) {
            give(*held_, false);
            if (chunks_.full(sample.frames)) close_chunk();
        }
        Held next{Bytes(sample.bytes.begin(), sample.bytes.end()), {}, sample.frames};
        if (alone_) next.alone = next.bytes;
        if (auto done = mapping_->place(number_++, next.bytes); !done) return done;
        held_ = std::move(next);
        return {};
    }

    Result<void> turn(const std::shared_ptr<const Track>& track) override {
        turned_ = true;
        next_track_ = track;
        return {};
    }

    void end() override {
        if (link_) {
            give(*held_, true);
            held_.reset();
            close_chunk();
            link_.reset();
        }
        if (std::exchange(turned_, false)) chunks_.set_track(next_track_);
    }

  private:
    struct Held {
        Bytes bytes;  // for its place in the link
        Bytes alone;  // as the encoder gave it, if anybody packages it again
        std::uint32_t frames = 0;
    };

    // Vorbis is packaged nowhere else, and its frames are not of one length.
    std::shared_ptr<const FrameCoding> coding_of(const consort_track& track) {
        alone_ = codec_ != "vorbis";
        if (!alone_) return nullptr;
        return std::make_shared<const FrameCoding>(
            FrameCoding{codec_, std::string(view(track.configuration)), track.timescale,
                        track.channels, track.bits_per_sample});
    }

    void open(std::uint64_t skip, const Track* plays) {
        number_ = 0;
        granule_ = 0;
        link_ = std::make_unique<Link>(serial_);
        chunks_.set_opening(nullptr);
        chunks_.add_bytes(head(*link_, skip, plays));
        Link joined(serial_++);
        opening_ = std::make_shared<const Bytes>(head(joined, mapping_->joining_skip(), plays));
    }
    // The header pages.
    Bytes head(Link& link, std::uint64_t skip, const Track* plays) const {
        Bytes pages;
        bool first = true;
        for (const std::string& header : mapping_->headers(skip, chained_ ? plays : nullptr)) {
            link.packet(std::as_bytes(std::span(header)), 0, false);
            if (std::exchange(first, false)) link.pages(pages, true);
        }
        link.pages(pages, true);
        return pages;
    }

    // Not before there is a sample: a track may begin before the encoder has brought one, and a
    // link of header pages alone is no stream.
    void first_link() {
        const Track* plays = plays_first_ ? &*plays_first_ : nullptr;
        if (std::exchange(turned_, false)) {
            chunks_.set_track(next_track_);
            plays = next_track_.get();
        }
        open(delay_, plays);
    }

    void next_link() {
        turned_ = false;
        give(*held_, chained_);
        held_.reset();
        close_chunk();
        chunks_.set_track(next_track_);
        if (!chained_) return;
        std::uint64_t skip = 0;
        for (const Held& each : before_) skip += each.frames;
        open(skip, next_track_.get());
        for (const Held& each : before_) put(each, false);
        number_ = before_.size();
    }

    // The sample's own time counts here, that of repeated ones does not.
    void give(const Held& sample, bool last) {
        put(sample, last);
        if (alone_) chunks_.add_frame_alone(sample.alone);
        chunks_.add_time(sample.frames);
        if (mapping_->repeated() == 0) return;
        before_.push_back(sample);
        if (before_.size() > mapping_->repeated()) before_.pop_front();
    }
    void put(const Held& sample, bool last) {
        if (!std::exchange(first_in_run_, false) || mapping_->counts_first())
            granule_ += sample.frames;
        link_->packet(sample.bytes, granule_, last);
        link_->pages(pages_, false);
    }
    void close_chunk() {
        link_->pages(pages_, true);
        if (!pages_.empty()) chunks_.add_bytes(pages_);
        pages_.clear();
        chunks_.close();
        chunks_.set_opening(opening_);
    }

    const std::string codec_;
    const bool chained_;
    ChunkBuilder& chunks_;
    int serial_;
    std::unique_ptr<OggMapping> mapping_;
    std::unique_ptr<Link> link_;
    std::shared_ptr<const Bytes> opening_;
    std::uint64_t delay_ = 0;           // of the encoder
    std::optional<Track> plays_first_;  // as the run begins
    std::optional<Held> held_;          // there is one while there is a link
    std::deque<Held> before_;           // the last samples given
    std::uint64_t number_ = 0, granule_ = 0;
    bool first_in_run_ = true, turned_ = false, alone_ = false;
    std::shared_ptr<const Track> next_track_;
    Bytes pages_;
};

}  // namespace

std::unique_ptr<Format> make_ogg_format(std::string codec, bool chained, ChunkBuilder& chunks) {
    return std::make_unique<OggFormat>(std::move(codec), chained, chunks);
}

}  // namespace consort::radio
