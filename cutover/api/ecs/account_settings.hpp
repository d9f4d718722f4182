#pragma once

// Account settings: known names with their known values, kept and told (ECS API reference:
// PutAccountSetting, ListAccountSettings). containerInsights is what clusters are made with; the
// other ones change nothing here. ARNs have their long form always, as on AWS since 2021. Pure.

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lb/base/result.hpp"

namespace cutover::api::ecs {

struct AccountSetting {
  std::string name;
  std::string value;
  std::string principal_arn;
  bool is_users = true;  ///< Else it is AWS's to manage.

  friend bool operator==(const AccountSetting&, const AccountSetting&) = default;
};

class AccountSettings {
 public:
  explicit AccountSettings(std::string_view account);

  /// Of one principal ("" for the caller), or of everyone who has none of their own.
  Result<AccountSetting> put(const std::string& name, const std::string& value,
                             const std::string& principal_arn);
  Result<AccountSetting> put_default(const std::string& name, const std::string& value);
  /// Back to the default, which is returned.
  Result<AccountSetting> remove(const std::string& name, const std::string& principal_arn);

  struct Filter {
    std::string name;   ///< Empty: all.
    std::string value;  ///< Needs a name.
    std::string principal_arn;
    bool effective = false;  ///< With defaults filled in, else only what was put.
  };
  Result<std::vector<AccountSetting>> list(const Filter& filter) const;
  /// What holds for the caller; `name` is a known one.
  std::string in_effect(std::string_view name) const { return effective_value(name, root_); }

  /// For keeping them: `restore` takes what `to_json` gave.
  nlohmann::json to_json() const;
  Result<void> restore(const nlohmann::json& saved);

 private:
  using Values = std::map<std::string, std::string, std::less<>>;  ///< By name.

  std::string principal_or_root(const std::string& principal_arn) const;
  std::string effective_value(std::string_view name, const std::string& principal) const;

  std::string root_;  ///< The account's own ARN: defaults stand under it.
  std::map<std::string, Values, std::less<>> by_principal_;
};

nlohmann::ordered_json to_json(const AccountSetting& setting);

}  // namespace cutover::api::ecs
