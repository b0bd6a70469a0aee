#include "plugins/radio/sound/framer.hpp"

#include <utility>

#include "plugins/radio/sound/ogg_format.hpp"
#include "plugins/radio/sound/plain_format.hpp"

namespace consort::radio {

Framer::Framer(std::unique_ptr<Format> format, ChunkBuilder& chunks)
    : format_(std::move(format)), chunks_(chunks) {}

std::uint64_t Framer::coded(std::uint64_t position) const noexcept {
    if (position <= run_pcm_) return run_coded_;
    return run_coded_ + (position - run_pcm_) + delay_;
}

Result<void> Framer::begin(const consort_track& track, std::uint64_t position) {
    chunks_.jump(position);
    run_pcm_ = position;
    run_coded_ = at_ = chunks_.position();
    delay_ = track.edit_start > 0 ? static_cast<std::uint64_t>(track.edit_start) : 0;
    while (!turns_.empty() && turns_.front().position <= position) {
        plays_ = std::move(turns_.front().track);
        turns_.pop_front();
    }
    chunks_.set_track(plays_);
    return format_->begin(track, plays_.get());
}

void Framer::turn(std::uint64_t position, std::shared_ptr<const Track> track) {
    turns_.push_back({position, std::move(track)});
}

Result<void> Framer::sample(const CodedSample& sample) {
    bool turned = false;
    while (!turns_.empty() && coded(turns_.front().position) < at_ + sample.frames) {
        plays_ = std::move(turns_.front().track);
        turns_.pop_front();
        turned = true;
    }
    if (turned)
        if (auto done = format_->turn(plays_); !done) return done;
    at_ += sample.frames;
    return format_->sample(sample);
}

void Framer::end() { format_->end(); }

Result<std::unique_ptr<Format>> make_format(const std::string& codec, bool chained,
                                            ChunkBuilder& chunks) {
    if (codec == "mp3") return make_plain_format(chunks);
    if (codec == "aac") return make_adts_format(chunks);
    if (codec == "opus" || codec == "vorbis" || codec == "flac")
        return make_ogg_format(codec, chained, chunks);
    return Error{CONSORT_E_UNSUPPORTED,
                 "A station's format is mp3, aac, vorbis, opus or flac, not '" + codec + "'."};
}

}  // namespace consort::radio
