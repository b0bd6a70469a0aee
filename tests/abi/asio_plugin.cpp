// A plugin with much template code and inline statics behind it.
#include <boost/asio.hpp>

#include "consort/plugin.hpp"

namespace {

class AsioPlugin {
  public:
    explicit AsioPlugin(consort::Context& context)
        : timer_(io_), name_(context.config().string("name", "asio")) {
        timer_.expires_after(std::chrono::seconds(1));
        timer_.async_wait([this](const boost::system::error_code&) { io_.stop(); });
    }

  private:
    boost::asio::io_context io_;
    boost::asio::steady_timer timer_;
    std::string name_;
};

constexpr auto descriptor =
    consort::describe({.id = "org.consort.tests.asio", .name = "asio", .version = "1.0.0"});

}  // namespace

CONSORT_PLUGIN(AsioPlugin, descriptor);
