#include "core/host/interfaces.hpp"

#include <algorithm>
#include <array>

#include "consort/abi/container.h"
#include "consort/abi/delivery.h"
#include "consort/abi/http.h"
#include "consort/abi/keyvalue.h"
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
constexpr std::array kDelivery{
    MEMBER(consort_delivery, routes),
    MEMBER(consort_delivery, handle),
    MEMBER(consort_delivery, describe),
};
constexpr std::array kHttp{
    MEMBER(consort_http, routes),
    MEMBER(consort_http, handle),
};
constexpr std::array kKeyvalue{
    MEMBER(consort_keyvalue, get),    MEMBER(consort_keyvalue, set),
    MEMBER(consort_keyvalue, remove), MEMBER(consort_keyvalue, compare_and_set),
    MEMBER(consort_keyvalue, add),
};

#undef MEMBER

constexpr std::array kInterfaces{
    Interface{CONSORT_STORAGE, sizeof(consort_storage), kStorage},
    Interface{CONSORT_CONTAINER, sizeof(consort_container), kContainer},
    Interface{CONSORT_DELIVERY, sizeof(consort_delivery), kDelivery},
    Interface{CONSORT_HTTP, sizeof(consort_http), kHttp},
    Interface{CONSORT_KEYVALUE, sizeof(consort_keyvalue), kKeyvalue},
};

}  // namespace

const Interface* find_interface(std::string_view id) noexcept {
    const auto* found = std::ranges::find(kInterfaces, id, &Interface::id);
    return found == kInterfaces.end() ? nullptr : found;
}

}  // namespace consort::host
