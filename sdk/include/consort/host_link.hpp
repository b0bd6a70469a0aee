// The host as the wrappers reach it.
#pragma once

#include <string>
#include <string_view>

#include "consort/abi/exchange.h"
#include "consort/abi/media.h"
#include "consort/abi/plugin.h"
#include "consort/abi/services.h"
#include "consort/failure.hpp"

namespace consort {
inline namespace v1 {

// Tables live as long as the plugin. A service that the host lacks is NULL.
struct HostLink {
    consort_host* host = nullptr;
    const consort_host_api* api = nullptr;
    const consort_log_api* log = nullptr;
    const consort_exchange_api* exchange = nullptr;
    const consort_media_api* media = nullptr;

    template <class Table>
    const Table* query(const char* service_id) const noexcept {
        return static_cast<const Table*>(api->query(host, service_id));
    }
    // Throws a Failure that names what is missing.
    template <class Table>
    const Table* require(const char* service_id) const {
        if (const Table* table = query<Table>(service_id)) return table;
        throw Failure(CONSORT_E_UNSUPPORTED, "this host does not offer " + std::string(service_id));
    }

    consort_status fail(const Error& error) const noexcept {
        api->set_error(host, str(error.text));
        return error.status < 0 ? error.status : CONSORT_E_INTERNAL;
    }
    // Runs `work`, which returns a Result<void>, as the body of an ABI function.
    template <class Work>
    consort_status guard(Work&& work) const noexcept {
        const Result<void> result = contained(work);
        return result ? CONSORT_OK : fail(result.error());
    }
    void report(std::string_view message) const noexcept {
        if (log) log->write(host, CONSORT_LOG_ERROR, str(message));
    }
};

}  // namespace v1
}  // namespace consort
