#pragma once

// What operations on listeners and rules change in a Model: Model::apply() for those kinds.

#include "cutover/stack/model.hpp"

namespace cutover::stack {

Result<void> apply_to(Model& model, const CreateListener& operation);
Result<void> apply_to(Model& model, const ModifyListener& operation);
Result<void> apply_to(Model& model, const ModifyListenerAttributes& operation);
Result<void> apply_to(Model& model, const DeleteListener& operation);
Result<void> apply_to(Model& model, const CreateRule& operation);
Result<void> apply_to(Model& model, const ModifyRule& operation);
Result<void> apply_to(Model& model, const DeleteRule& operation);
Result<void> apply_to(Model& model, const SetRulePriorities& operation);

}  // namespace cutover::stack
