#pragma once

// STS: who the caller is. Every caller is the account's one user.

#include "cutover/api/account.hpp"
#include "cutover/api/service.hpp"

namespace cutover::api::sts {

Service service(const Account& account);

}  // namespace cutover::api::sts
