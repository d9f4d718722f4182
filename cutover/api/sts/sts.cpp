#include "cutover/api/sts/sts.hpp"

namespace cutover::api::sts {

Service service(const Account& account) {
  Service sts;
  sts.name = "sts";
  sts.protocol = Protocol::query;
  sts.version = "2011-06-15";
  sts.name_space = "https://sts.amazonaws.com/doc/2011-06-15/";
  sts.operations["GetCallerIdentity"] = at_once([account](const Call&) -> Outcome {
    return nlohmann::ordered_json{{"Arn", "arn:aws:iam::" + account.id + ":user/cutover"},
                                  {"UserId", "AIDACUTOVEREXAMPLE00"},
                                  {"Account", account.id}};
  });
  return sts;
}

}  // namespace cutover::api::sts
