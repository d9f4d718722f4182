#pragma once

// The control endpoint's two halves behind one port: what speaks AWS's protocols goes to the
// dispatcher, everything else to the console's router.

#include "cutover/api/dispatcher.hpp"
#include "cutover/console/http_server.hpp"
#include "cutover/console/router.hpp"

namespace cutover::api {

/// Both are borrowed and outlive the server that the result is given to.
console::HttpServer::Handle api_or_console(Dispatcher& dispatcher, const console::Router& router);

}  // namespace cutover::api
