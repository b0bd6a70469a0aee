// Turns decoded pictures into those of a plan, with libavfilter.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "plugins/codec/common/video/libav.hpp"
#include "plugins/codec/common/video/picture_plan.hpp"

namespace consort::video {

// One thread at a time. As many pictures come out as go in, in the same order.
class PictureFilter {
  public:
    explicit PictureFilter(const PicturePlan& plan) : plan_(plan) {}

    // Takes a finished picture: format yuv420p, the plan's size and colours.
    using Take = std::function<Result<void>(std::size_t picture, FramePtr frame)>;

    // Numbers rise. Some pictures come out later, at the latest with `finish`.
    Result<void> add(std::size_t picture, const AVFrame& frame, const Take& take);
    Result<void> finish(const Take& take);

  private:
    struct Kind {  // of pictures: another one needs another graph
        int width = 0, height = 0, format = -1, range = 0, matrix = 0;
        bool operator==(const Kind&) const = default;
    };
    Result<void> build(const Kind& kind);
    std::string describe(const Kind& kind) const;
    Result<void> collect(const Take& take);
    void finished(AVFrame& frame) const;

    PicturePlan plan_;
    Kind kind_;
    GraphPtr graph_;
    AVFilterContext* source_ = nullptr;
    AVFilterContext* sink_ = nullptr;
};

}  // namespace consort::video
