#include "core/host/interfaces.hpp"

#include <algorithm>
#include <array>

#include "consort/abi/codec.h"
#include "consort/abi/container.h"
#include "consort/abi/delivery.h"
#include "consort/abi/http.h"
#include "consort/abi/image.h"
#include "consort/abi/keyvalue.h"
#include "consort/abi/sink.h"
#include "consort/abi/storage.h"

namespace consort::host {

namespace {

#define MEMBER(table, member) \
    RequiredMember { #member, offsetof(table, member) }

constexpr std::array kStorage{
    MEMBER(consort_storage, scheme), MEMBER(consort_storage, open), MEMBER(consort_storage, close),
    MEMBER(consort_storage, stat),   MEMBER(consort_storage, read), MEMBER(consort_storage, look),
    MEMBER(consort_storage, list),
};
constexpr std::array kContainer{
    MEMBER(consort_container, probe),
    MEMBER(consort_container, cover),
    MEMBER(consort_container, index),
    MEMBER(consort_container, extensions),
};
constexpr std::array kDecoder{
    MEMBER(consort_decoder, format),
    MEMBER(consort_decoder, open),
    MEMBER(consort_decoder, read),
    MEMBER(consort_decoder, close),
};
constexpr std::array kEncoder{
    MEMBER(consort_encoder, prepare), MEMBER(consort_encoder, release),
    MEMBER(consort_encoder, info),    MEMBER(consort_encoder, track),
    MEMBER(consort_encoder, encode),
};
constexpr std::array kDelivery{
    MEMBER(consort_delivery, routes),
    MEMBER(consort_delivery, handle),
    MEMBER(consort_delivery, describe),
};
constexpr std::array kHttp{
    MEMBER(consort_http, routes),
    MEMBER(consort_http, handle),
};
constexpr std::array kImage{
    MEMBER(consort_image, scale),
};
constexpr std::array kKeyvalue{
    MEMBER(consort_keyvalue, get),    MEMBER(consort_keyvalue, set),
    MEMBER(consort_keyvalue, remove), MEMBER(consort_keyvalue, compare_and_set),
    MEMBER(consort_keyvalue, add),
};
constexpr std::array kSink{
    MEMBER(consort_sink, write),
};

#undef MEMBER

constexpr std::array kInterfaces{
    Interface{CONSORT_STORAGE, sizeof(consort_storage), kStorage},
    Interface{CONSORT_CONTAINER, sizeof(consort_container), kContainer},
    Interface{CONSORT_DECODER, sizeof(consort_decoder), kDecoder},
    Interface{CONSORT_ENCODER, sizeof(consort_encoder), kEncoder},
    Interface{CONSORT_DELIVERY, sizeof(consort_delivery), kDelivery},
    Interface{CONSORT_HTTP, sizeof(consort_http), kHttp},
    Interface{CONSORT_IMAGE, sizeof(consort_image), kImage},
    Interface{CONSORT_KEYVALUE, sizeof(consort_keyvalue), kKeyvalue},
    Interface{CONSORT_SINK, sizeof(consort_sink), kSink},
};

}  // namespace

const Interface* find_interface(std::string_view id) noexcept {
    const auto* found = std::ranges::find(kInterfaces, id, &Interface::id);
    return found == kInterfaces.end() ? nullptr : found;
}

}  // namespace consort::host
