#include "cutover/api/ecs/account_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "lb/base/json.hpp"

namespace cutover::api::ecs {

namespace {

struct Known {
  std::string_view name;
  std::string_view value_default;
  std::vector<std::string_view> values;
};

/// The API reference's names (botocore's SettingName) and the values that its text gives.
const std::vector<Known>& known_settings() {
  static const std::vector<std::string_view> switches{"enabled", "disabled"};
  static const std::vector<std::string_view> on_off{"on", "off"};
  static const std::vector<Known> settings{
      {"awsvpcTrunking", "disabled", switches},
      {"containerInsights", "disabled", {"enabled", "enhanced", "disabled"}},
      {"containerInstanceLongArnFormat", "enabled", {"enabled"}},
      {"defaultLogDriverMode", "non-blocking", {"blocking", "non-blocking"}},
      {"dualStackIPv6", "disabled", switches},
      {"fargateFIPSMode", "disabled", switches},
      {"fargateTaskRetirementWaitPeriod", "7", {"0", "7", "14"}},
      {"guardDutyActivate", "off", on_off},
      {"serviceLongArnFormat", "enabled", {"enabled"}},
      {"tagResourceAuthorization", "off", on_off},
      {"taskLongArnFormat", "enabled", {"enabled"}},
  };
  return settings;
}

Error invalid(std::string where, std::string message) {
  return {"InvalidParameterException", std::move(where), std::move(message)};
}

Result<const Known*> find_known(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Known& known : known_settings()) {
    if (known.name == name) return &known;
    names.push_back(known.name);
  }
  const auto close = closest_name(name, names);
  return invalid("/name", fmt::format("found {}; allowed are {}{}", nlohmann::json(name).dump(),
                                      fmt::join(names, ", "),
                                      close ? fmt::format("; did you mean {}?", *close) : ""));
}

/// The account's owner says what GuardDuty does, not the caller.
bool users_may_put(const Known& known) { return known.name != "guardDutyActivate"; }

Result<const Known*> check(const std::string& name, const std::string& value) {
  auto known = find_known(name);
  if (!known) return known.error();
  if (!users_may_put(**known)) {
    return invalid("/name", fmt::format("{} can't be changed with this operation", name));
  }
  const auto& values = (*known)->values;
  if (std::find(values.begin(), values.end(), value) != values.end()) return known;
  return invalid("/value",
                 fmt::format("found {} for {}; allowed {} {}", nlohmann::json(value).dump(), name,
                             values.size() == 1 ? "is" : "are", fmt::join(values, ", ")));
}

}  // namespace

AccountSettings::AccountSettings(std::string_view account)
    : root_(fmt::format("arn:aws:iam::{}:root", account)) {}

std::string AccountSettings::principal_or_root(const std::string& principal_arn) const {
  return principal_arn.empty() ? root_ : principal_arn;
}

std::string AccountSettings::effective_value(std::string_view name,
                                             const std::string& principal) const {
  for (const std::string& who : {principal, root_}) {
    const auto values = by_principal_.find(who);
    if (values == by_principal_.end()) continue;
    const auto value = values->second.find(name);
    if (value != values->second.end()) return value->second;
  }
  const auto& known = known_settings();
  const auto found = std::find_if(known.begin(), known.end(),
                                  [name](const Known& each) { return each.name == name; });
  return std::string(found->value_default);
}

Result<AccountSetting> AccountSettings::put(const std::string& name, const std::string& value,
                                            const std::string& principal_arn) {
  if (const auto checked = check(name, value); !checked) return checked.error();
  const std::string principal = principal_or_root(principal_arn);
  by_principal_[principal][name] = value;
  return AccountSetting{name, value, principal};
}

Result<AccountSetting> AccountSettings::put_default(const std::string& name,
                                                    const std::string& value) {
  return put(name, value, root_);
}

Result<AccountSetting> AccountSettings::remove(const std::string& name,
                                               const std::string& principal_arn) {
  if (const auto known = find_known(name); !known) return known.error();
  const std::string principal = principal_or_root(principal_arn);
  const auto values = by_principal_.find(principal);
  if (values != by_principal_.end()) {
    values->second.erase(name);
    if (values->second.empty()) by_principal_.erase(values);
  }
  return AccountSetting{name, effective_value(name, principal), principal};
}

Result<std::vector<AccountSetting>> AccountSettings::list(const Filter& filter) const {
  if (!filter.name.empty()) {
    if (const auto known = find_known(filter.name); !known) return known.error();
  } else if (!filter.value.empty()) {
    return invalid("/value", "a value needs a name beside it");
  }
  const std::string principal = principal_or_root(filter.principal_arn);
  const auto own = by_principal_.find(principal);
  std::vector<AccountSetting> found;
  for (const Known& known : known_settings()) {
    if (!filter.name.empty() && filter.name != known.name) continue;
    const bool is_put = own != by_principal_.end() && own->second.contains(known.name);
    if (!is_put && !filter.effective) continue;
    AccountSetting setting{std::string(known.name), effective_value(known.name, principal),
                           principal, users_may_put(known)};
    if (filter.value.empty() || filter.value == setting.value) found.push_back(std::move(setting));
  }
  return found;
}

nlohmann::json AccountSettings::to_json() const { return by_principal_; }

Result<void> AccountSettings::restore(const nlohmann::json& saved) {
  std::map<std::string, Values, std::less<>> restored;
  for (const auto& [principal, values] : saved.items()) {
    JsonReader reader(values, "/" + principal);
    if (!reader.ok()) return reader.finish();
    for (const auto& [name, value] : values.items()) {
      restored[principal][name] = reader.string(name);
      const auto known = find_known(name);
      if (!known) return known.error();
    }
    if (auto end = reader.finish(); !end) return end;
  }
  by_principal_ = std::move(restored);
  return {};
}

nlohmann::ordered_json to_json(const AccountSetting& setting) {
  return {{"name", setting.name},
          {"value", setting.value},
          {"principalArn", setting.principal_arn},
          {"type", setting.is_users ? "user" : "aws_managed"}};
}

}  // namespace cutover::api::ecs
