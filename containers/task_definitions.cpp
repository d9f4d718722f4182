#include "containers/task_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lb/base/json.hpp"

namespace cutover::containers {

namespace {

constexpr std::size_t deleted_at_once_max = 10;

Error client_exception(std::string message) { return {"ClientException", "", std::move(message)}; }

std::optional<std::size_t> parse_revision(std::string_view digits) {
  std::size_t revision = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), revision);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return revision;
}

}  // namespace

std::string_view to_string(TaskDefinitionStatus status) {
  switch (status) {
    case TaskDefinitionStatus::active:
      return "ACTIVE";
    case TaskDefinitionStatus::inactive:
      return "INACTIVE";
    case TaskDefinitionStatus::delete_in_progress:
      break;
  }
  return "DELETE_IN_PROGRESS";
}

TaskDefinitions::TaskDefinitions(const Clock& clock, std::string_view region,
                                 std::string_view account)
    : clock_(clock), prefix_(fmt::format("arn:aws:ecs:{}:{}:task-definition/", region, account)) {}

Result<RegisteredTaskDefinition> TaskDefinitions::register_definition(TaskDefinition definition) {
  if (definition.containers.empty()) {
    return Error{"ClientException", "/containerDefinitions",
                 "found no container; at least one is required"};
  }
  if (auto checked = check_tags(definition.tags); !checked) return checked.error();
  Revisions& revisions = families_[definition.family];
  definition.revision = static_cast<std::uint32_t>(revisions.size()) + 1;
  definition.arn = prefix_ + definition.reference();
  RegisteredTaskDefinition registered;
  registered.tags = definition.tags;
  registered.definition = std::make_shared<const TaskDefinition>(std::move(definition));
  registered.registered_at = clock_.wall_now();
  revisions.push_back(registered);
  tell_change(registered);
  return registered;
}

void TaskDefinitions::tell_change(const RegisteredTaskDefinition& registered) const {
  if (on_change_) on_change_(registered.definition->arn);
}

std::vector<const RegisteredTaskDefinition*> TaskDefinitions::all() const {
  std::vector<const RegisteredTaskDefinition*> all;
  for (const auto& [family, revisions] : families_) {
    for (const RegisteredTaskDefinition& each : revisions) all.push_back(&each);
  }
  return all;
}

Result<void> TaskDefinitions::restore(RegisteredTaskDefinition registered) {
  const TaskDefinition& definition = *registered.definition;
  Revisions& revisions = families_[definition.family];
  if (definition.revision == revisions.size() + 1) {
    revisions.push_back(std::move(registered));
    return {};
  }
  return Error{"ValidationError", "",
               fmt::format("found {} after revision {} of its family; required is the next one",
                           definition.reference(), revisions.size())};
}

std::optional<TaskDefinitions::Reference> TaskDefinitions::parse(std::string_view text) const {
  if (text.starts_with(prefix_)) text.remove_prefix(prefix_.size());
  if (text.starts_with("arn:")) return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Reference{text, std::nullopt};
  return Reference{text.substr(0, colon), text.substr(colon + 1)};
}

Result<const RegisteredTaskDefinition*> TaskDefinitions::find(std::string_view reference) const {
  const auto parsed = parse(reference);
  if (!parsed) {
    return client_exception(
        fmt::format("found {}; allowed are a family, family:revision or an ARN that begins with {}",
                    reference, prefix_));
  }
  const auto found = families_.find(parsed->family);
  if (found == families_.end()) {
    std::vector<std::string_view> names;
    for (const auto& [family, revisions] : families_) names.push_back(family);
    const auto close = closest_name(parsed->family, names);
    return client_exception(fmt::format("no task definition is called {}{}", parsed->family,
                                        close ? fmt::format("; did you mean {}?", *close) : ""));
  }
  if (!parsed->revision) return latest(parsed->family);
  const Revisions& revisions = found->second;
  const auto revision = parse_revision(*parsed->revision);
  if (revision && *revision >= 1 && *revision <= revisions.size()) {
    return &revisions[*revision - 1];
  }
  return client_exception(fmt::format("task definition {} has no revision {}; it has 1 to {}",
                                      parsed->family, *parsed->revision, revisions.size()));
}

Result<const RegisteredTaskDefinition*> TaskDefinitions::latest(std::string_view family) const {
  const Revisions& revisions = families_.find(family)->second;
  const auto active =
      std::find_if(revisions.rbegin(), revisions.rend(), [](const RegisteredTaskDefinition& each) {
        return each.status == TaskDefinitionStatus::active;
      });
  if (active != revisions.rend()) return &*active;
  return client_exception(fmt::format(
      "task definition {} has no active revision; name one as {}:revision", family, family));
}

Result<RegisteredTaskDefinition> TaskDefinitions::describe(std::string_view reference) const {
  const auto found = find(reference);
  if (found) return **found;
  Error error = found.error();
  error.message = "Unable to describe task definition: " + error.message;
  return error;
}

Result<DefinitionPtr> TaskDefinitions::find_active(std::string_view reference) const {
  const auto found = find(reference);
  if (!found) {
    Error error = found.error();
    error.message = "TaskDefinition not found: " + error.message;
    return error;
  }
  if ((*found)->status == TaskDefinitionStatus::active) return (*found)->definition;
  return client_exception(fmt::format("TaskDefinition is inactive: {} is {}",
                                      (*found)->definition->reference(),
                                      to_string((*found)->status)));
}

RegisteredTaskDefinition& TaskDefinitions::own(const RegisteredTaskDefinition& found) {
  return families_.find(found.definition->family)->second[found.definition->revision - 1];
}

Result<RegisteredTaskDefinition> TaskDefinitions::deregister(std::string_view reference) {
  const auto parsed = parse(reference);
  if (parsed && !parsed->revision) {
    return client_exception(
        fmt::format("found {}; a revision is required, as in {}:1", reference, reference));
  }
  const auto found = find(reference);
  if (!found) return found.error();
  RegisteredTaskDefinition& registered = own(**found);
  if (registered.status == TaskDefinitionStatus::active) {
    registered.status = TaskDefinitionStatus::inactive;
    registered.deregistered_at = clock_.wall_now();
    tell_change(registered);
  }
  return registered;
}

Result<TaskDefinitions::Deleted> TaskDefinitions::remove(
    const std::vector<std::string>& references) {
  if (references.empty() || references.size() > deleted_at_once_max) {
    return Error{"InvalidParameterException", "/taskDefinitions",
                 fmt::format("found {} task definitions; allowed are 1 to {}", references.size(),
                             deleted_at_once_max)};
  }
  Deleted deleted;
  for (const std::string& reference : references) {
    const auto parsed = parse(reference);
    const auto found = find(reference);
    const std::string arn = reference.starts_with("arn:") ? reference : prefix_ + reference;
    if (parsed && !parsed->revision) {
      deleted.failures.push_back({arn, "MISSING", "a revision is required, as in family:1"});
    } else if (!found) {
      deleted.failures.push_back({arn, "MISSING", found.error().message});
    } else if ((*found)->status == TaskDefinitionStatus::active) {
      deleted.failures.push_back({(*found)->definition->arn,
                                  "The specified task definition is still in ACTIVE status. Please "
                                  "deregister the target and try again.",
                                  ""});
    } else {
      RegisteredTaskDefinition& registered = own(**found);
      if (!registered.delete_requested_at) registered.delete_requested_at = clock_.wall_now();
      registered.status = TaskDefinitionStatus::delete_in_progress;
      tell_change(registered);
      deleted.definitions.push_back(registered);
    }
  }
  return deleted;
}

std::vector<std::string> TaskDefinitions::list(const Filter& filter) const {
  std::vector<std::string> arns;
  for (const auto& [family, revisions] : families_) {
    if (!filter.family.empty() && family != filter.family) continue;
    for (const RegisteredTaskDefinition& each : revisions) {
      if (each.status == filter.status) arns.push_back(each.definition->arn);
    }
  }
  if (filter.descending) std::reverse(arns.begin(), arns.end());
  return arns;
}

std::vector<std::string> TaskDefinitions::families(std::string_view prefix,
                                                   FamilyStatus status) const {
  std::vector<std::string> names;
  for (auto each = families_.lower_bound(prefix);
       each != families_.end() && each->first.starts_with(prefix); ++each) {
    const Revisions& revisions = each->second;
    const bool active =
        std::any_of(revisions.begin(), revisions.end(), [](const RegisteredTaskDefinition& one) {
          return one.status == TaskDefinitionStatus::active;
        });
    const bool wanted = status == FamilyStatus::all || active == (status == FamilyStatus::active);
    if (wanted) names.push_back(each->first);
  }
  return names;
}

Result<const RegisteredTaskDefinition*> TaskDefinitions::find_tagged(std::string_view arn) const {
  const auto parsed = parse(arn);
  auto found = find(arn);
  if (found && parsed->revision) return found;
  return Error{"ResourceNotFoundException", "/resourceArn",
               fmt::format("The specified resource was not found: {}", arn)};
}

Result<void> TaskDefinitions::tag(std::string_view arn, const Tags& tags) {
  const auto found = find_tagged(arn);
  if (!found) return found.error();
  auto merged = with_tags((*found)->tags, tags);
  if (!merged) return merged.error();
  own(**found).tags = *std::move(merged);
  tell_change(**found);
  return {};
}

Result<void> TaskDefinitions::untag(std::string_view arn, const std::vector<std::string>& keys) {
  const auto found = find_tagged(arn);
  if (!found) return found.error();
  own(**found).tags = without_tags((*found)->tags, keys);
  tell_change(**found);
  return {};
}

Result<Tags> TaskDefinitions::tags(std::string_view arn) const {
  const auto found = find_tagged(arn);
  if (!found) return found.error();
  return (*found)->tags;
}

}  // namespace cutover::containers
