// TLS 1.2 and 1.3 for the server (OpenSSL).
#pragma once

#include <memory>
#include <string>

#include "core/http/transport.hpp"

namespace consort::http {

class TlsContext {
  public:
    // PEM files. Throws std::runtime_error with a sentence that names the file and the fault.
    TlsContext(const std::string& certificate_file, const std::string& key_file);
    ~TlsContext();

    // For any thread. Null if memory is short.
    std::unique_ptr<Transport> accept(Descriptor socket) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace consort::http
