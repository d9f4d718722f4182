#include "containers/apps/open_listener.hpp"

#include <fmt/format.h>

#include <string>

namespace cutover::containers::apps {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Error listen_error(const tcp::endpoint& endpoint, const error_code& error) {
  const auto address = endpoint.address().is_v6()
                           ? fmt::format("[{}]", endpoint.address().to_string())
                           : endpoint.address().to_string();
  const auto bind = fmt::format("Bind for {}:{} failed: ", address, endpoint.port());
  if (error == asio::error::address_in_use)
    return {"PortInUse", "", bind + "port is already allocated"};
  if (error == asio::error::access_denied)
    return {"PortNotPermitted", "", bind + "permission denied; allowed is 1024 to 65535, or 0"};
  return {"CannotListen", "", bind + error.message()};
}

}  // namespace

Result<void> open_listener(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_error(endpoint, error);
  return {};
}

}  // namespace cutover::containers::apps
