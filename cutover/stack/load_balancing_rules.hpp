#pragma once

// What load_balancing.cpp and load_balancing_rules.cpp, which change the same values, share.

#include <string>

#include "cutover/stack/load_balancing.hpp"

namespace cutover::stack {

Result<LoadBalancerState*> find_load_balancer(LoadBalancing& there, const std::string& name);
/// `place`: where the name stands in the operation's input.
Result<ListenerState*> find_listener(LoadBalancing& there, const ListenerName& name,
                                     const std::string& place);

}  // namespace cutover::stack
