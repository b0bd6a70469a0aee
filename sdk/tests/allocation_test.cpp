// What it costs to answer a segment request through the C++ layer.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "consort/plugin.hpp"

namespace {
std::atomic<std::uint64_t> allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace consort {
namespace {

// A host that costs nothing itself.
consort_exchange_api exchange_api() {
    consort_exchange_api api{};
    api.struct_size = sizeof api;
    api.param = [](const consort_exchange*, consort_str) noexcept { return str("7"); };
    api.respond = [](consort_exchange*, const consort_response* response) noexcept {
        for (std::size_t i = 0; i < response->body_count; ++i) Slice::release(response->body[i]);
        return consort_status{CONSORT_OK};
    };
    api.ref = api.unref = [](consort_exchange*) noexcept {};
    return api;
}

TEST(AllocationTest, ASegmentFromTheSourceTakesAHandful) {
    const consort_exchange_api api = exchange_api();
    const ExchangeView exchange(&api, nullptr);
    const std::string identity(64, 'a');
    const auto header = std::make_shared<const std::string>(200, 'h');
    const std::uint64_t before = allocations;
    Response response = Response(200).content_type("audio/mp4").immutable().reserve(64);
    response.add(Slice::memory(header, header->data(), header->size()));
    for (int i = 0; i < 63; ++i) response.add(Slice::borrowed(header->data(), 100));
    exchange.respond(std::move(response));
    // Cache-Control, the list of slices, the owner of the header.
    EXPECT_LE(allocations - before, 4u);
}

TEST(AllocationTest, ACacheHitTakesAHandful) {
    consort_cache_api cache_api{};
    cache_api.struct_size = sizeof cache_api;
    cache_api.fetch = [](consort_host*, consort_str, auto*, auto* ready, auto* drop,
                         void* arg) noexcept {
        const consort_slice hit = Slice::borrowed("bytes").take();
        ready(arg, CONSORT_OK, &hit);
        drop(arg);
        return consort_status{CONSORT_OK};
    };
    static const void* service = nullptr;
    service = &cache_api;
    consort_host_api host_api{};
    host_api.query = [](consort_host*, const char*) noexcept { return service; };
    const HostLink link{nullptr, &host_api};
    const Cache cache(link);
    const consort_exchange_api api = exchange_api();
    const ExchangeView exchange(&api, nullptr);
    bool sent = false;

    const std::uint64_t before = allocations;
    cache.fetch(
        "identity/7", [](CacheFill&) -> Result<void> { return {}; },
        [&sent, kept = exchange.keep()](Result<Slice> entry) {
            kept.respond(
                Response(200).content_type("audio/mp4").immutable().add(std::move(*entry)));
            sent = true;
        });
    // The call, Cache-Control, the list of slices.
    EXPECT_LE(allocations - before, 4u);
    EXPECT_TRUE(sent);
}

}  // namespace
}  // namespace consort
