// PutAccountSetting, PutAccountSettingDefault, DeleteAccountSetting, ListAccountSettings.

#include "cutover/api/ecs/paging.hpp"
#include "cutover/api/ecs/region.hpp"

namespace cutover::api::ecs {

namespace {

Outcome answer(const Result<AccountSetting>& setting) {
  if (!setting) return setting.error();
  return Answered{{"setting", to_json(*setting)}};
}

Outcome put_account_setting(Region& region, const Json& input) {
  return answer(region.settings.put(text_of(input, "name"), text_of(input, "value"),
                                    text_of(input, "principalArn")));
}

Outcome put_account_setting_default(Region& region, const Json& input) {
  return answer(region.settings.put_default(text_of(input, "name"), text_of(input, "value")));
}

Outcome delete_account_setting(Region& region, const Json& input) {
  return answer(region.settings.remove(text_of(input, "name"), text_of(input, "principalArn")));
}

Outcome list_account_settings(Region& region, const Json& input) {
  const auto settings = region.settings.list({text_of(input, "name"), text_of(input, "value"),
                                              text_of(input, "principalArn"),
                                              input.value("effectiveSettings", false)});
  if (!settings) return settings.error();
  std::vector<std::string> names;
  for (const AccountSetting& each : *settings) names.push_back(each.name);
  const auto page = page_of(names, input);
  if (!page) return page.error();
  Answered answered{{"settings", Answered::array()}};
  for (std::size_t i = page->from; i < page->to; ++i) {
    answered["settings"].push_back(to_json((*settings)[i]));
  }
  if (!page->next_token.empty()) answered["nextToken"] = page->next_token;
  return answered;
}

}  // namespace

void add_account_setting_operations(Operations& operations) {
  operations["PutAccountSetting"] = put_account_setting;
  operations["PutAccountSettingDefault"] = put_account_setting_default;
  operations["DeleteAccountSetting"] = delete_account_setting;
  operations["ListAccountSettings"] = list_account_settings;
}

}  // namespace cutover::api::ecs
