// A self-signed certificate for 127.0.0.1, made once per process.
#pragma once

#include <string>

namespace consort::http::test {

const std::string& certificate_pem();
const std::string& key_pem();

}  // namespace consort::http::test
