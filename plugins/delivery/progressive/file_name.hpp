// The name under which a browser saves the file.
#pragma once

#include <string>
#include <string_view>

namespace consort::delivery {

// `Content-Disposition` (RFC 6266) for the file at a URI: shown in the page, and saved under the
// last segment of the URI's path. A name that is not plain ASCII is given twice, for old clients
// and in UTF-8 (RFC 8187); what no file system takes, or what is not UTF-8, becomes an underscore.
std::string inline_disposition(std::string_view uri);

}  // namespace consort::delivery
