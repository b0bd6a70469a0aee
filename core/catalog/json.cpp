#include "core/catalog/json.hpp"

#include <cstdio>
#include <ctime>

namespace consort::catalog {

JsonWriter& JsonWriter::seconds(std::int64_t ns) {
    char buffer[48];
    const std::int64_t us = ns / 1000;
    int size =
        std::snprintf(buffer, sizeof buffer, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                      static_cast<long long>(us % 1'000'000));
    while (size > 2 && buffer[size - 1] == '0' && buffer[size - 2] != '.') --size;
    return raw({buffer, static_cast<std::size_t>(size)});
}

JsonWriter& JsonWriter::time(std::int64_t ns) {
    const std::time_t seconds = static_cast<std::time_t>(ns / 1'000'000'000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char buffer[32];
    const std::size_t size = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text({buffer, size});
}

}  // namespace consort::catalog
