#include "core/media/rendition_shelf.hpp"

#include <memory>
#include <new>

namespace consort::media {
namespace {

constexpr char kKey = 0;

}  // namespace

RenditionShelf* RenditionShelf::of(consort_media* media) {
    const auto make = [](void*, consort_media*) -> void* {
        return new (std::nothrow) RenditionShelf;
    };
    const auto drop = [](void* shelf) { delete static_cast<RenditionShelf*>(shelf); };
    return static_cast<RenditionShelf*>(media->attachment(&kKey, make, drop, nullptr));
}

// The work of filling a shelf; dropped unrun, it tells those who wait.
struct RenditionShelf::Filling {
    RenditionShelf& shelf;
    MediaPtr media;  // keeps the shelf
    Make make;
    bool ran = false;

    Filling(RenditionShelf& s, MediaPtr m, Make how)
        : shelf(s), media(std::move(m)), make(std::move(how)) {}
    ~Filling() {
        if (!ran) shelf.fail({CONSORT_E_BUSY, "Too much is going on; try again."});
    }
    void run() {
        ran = true;
        shelf.fill(media.get(), make);
    }
};

void RenditionShelf::list(MediaPtr media, base::Executor& workers, const Make& make, Listed ready) {
    bool known = false, begin = false;
    {
        const std::lock_guard lock(mutex_);
        known = made_;
        begin = !made_ && !making_;
        making_ = true;
        if (!known) waiting_.push_back(std::move(ready));
    }
    if (known) {
        ready(nullptr, raw_);
    } else if (begin && base::Executor::on_worker()) {
        fill(media.get(), make);
    } else if (begin) {
        auto filling = std::make_shared<Filling>(*this, std::move(media), make);
        // A full queue drops the work, which tells those who wait.
        static_cast<void>(workers.post([filling = std::move(filling)] { filling->run(); }));
    }
}

void RenditionShelf::fill(consort_media* media, const Make& make) {
    try {
        RenditionList made = make(media);
        std::vector<consort_rendition*> raw;
        for (const auto& rendition : made) raw.push_back(rendition.get());
        std::vector<Listed> waiting;
        {
            const std::lock_guard lock(mutex_);
            list_ = std::move(made);
            raw_ = std::move(raw);
            made_ = true;
            waiting.swap(waiting_);
        }
        for (const Listed& ready : waiting) ready(nullptr, raw_);
    } catch (const std::exception& error) {
        fail({CONSORT_E_INTERNAL, std::string("The renditions can't be found: ") + error.what()});
    }
}

void RenditionShelf::fail(const Error& error) {
    std::vector<Listed> waiting;
    {
        const std::lock_guard lock(mutex_);
        making_ = false;
        waiting.swap(waiting_);
    }
    for (const Listed& ready : waiting) ready(&error, {});
}

}  // namespace consort::media
