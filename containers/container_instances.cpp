#include "containers/container_instances.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cutover::containers {

namespace {

/// Deregistered instances that are still described.
constexpr std::size_t inactive_kept_max = 100;

std::string_view zone_of(const ContainerInstance& instance) {
  return instance.attribute("ecs.availability-zone").value_or(std::string_view{});
}

}  // namespace

Result<PlacementNeeds> needs_of(const PlacementRequest& request) {
  PlacementNeeds needs;
  needs.reservation = reservation(*request.definition);
  needs.group = request.group;
  needs.strategies = request.strategies.empty() ? default_strategies() : request.strategies;
  for (const auto* constraints :
       {&request.definition->placement_constraints, &request.constraints}) {
    if (auto added = add_constraints(needs, *constraints); !added) return added.error();
  }
  // What every agent reports need not be looked for.
  for (std::string& name : required_attributes(*request.definition)) {
    if (!agent_capabilities().contains(name)) needs.attributes.push_back(std::move(name));
  }
  return needs;
}

ContainerInstances::ContainerInstances(const Clock& clock, const ArnMaker& arns,
                                       LoopbackAddresses& addresses, std::vector<std::string> zones,
                                       std::uint64_t seed)
    : clock_(clock),
      arns_(arns),
      addresses_(addresses),
      zones_(std::move(zones)),
      seed_(seed),
      random_(seed) {}

ContainerInstances::~ContainerInstances() {
  for (const auto& [id, place] : places_) addresses_.give_back(place.own_address);
  for (const ContainerInstance* instance : listed_) addresses_.give_back(instance->address);
}

Result<const ContainerInstance*> ContainerInstances::add(const ContainerInstanceSpec& spec) {
  if (auto checked = check_custom_attributes(spec.attributes); !checked) return checked.error();
  if (auto checked = check_capabilities(spec.capabilities); !checked) return checked.error();
  if (auto checked = check_tags(spec.tags); !checked) return checked.error();
  const auto address = addresses_.take_for_instance();
  if (!address) {
    return Error{"LimitExceededException", "", "there is no loopback address left for another one"};
  }
  auto made = std::make_unique<ContainerInstance>();
  made->id = new_container_instance_id(random_);
  made->arn = arns_.container_instance(made->id);
  made->ec2_instance_id = new_ec2_instance_id(random_);
  made->address = *address;
  made->registered_at = clock_.wall_now();
  made->cpu = spec.cpu;
  made->memory = spec.memory;
  made->network_interfaces_max = spec.network_interfaces;
  made->tcp_ports.insert(agent_ports.begin(), agent_ports.end());
  made->tags = spec.tags;
  made->attributes = spec.attributes;
  made->attributes["ecs.availability-zone"] =
      spec.availability_zone.empty() ? zones_[added_ % zones_.size()] : spec.availability_zone;
  for (const std::string& name : spec.capabilities) made->attributes.try_emplace(name);
  made->attributes["ecs.ami-id"] = spec.ami_id;
  made->attributes["ecs.os-type"] = "linux";
  made->attributes["ecs.cpu-architecture"] = "x86_64";
  if (!spec.instance_type.empty()) made->attributes["ecs.instance-type"] = spec.instance_type;
  forget_old();
  return keep(std::move(made));
}

Result<void> ContainerInstances::restore(const ContainerInstance& saved) {
  if (!addresses_.take_for_instance(saved.address)) {
    return Error{"ValidationError", "/address",
                 fmt::format("found {}; container instance {} needs a free loopback address",
                             saved.address, saved.id)};
  }
  auto made = std::make_unique<ContainerInstance>(saved);
  made->tcp_ports.insert(agent_ports.begin(), agent_ports.end());
  keep(std::move(made));
  return {};
}

const ContainerInstance* ContainerInstances::keep(std::unique_ptr<ContainerInstance> made) {
  ++added_;
  const ContainerInstance* instance = made.get();
  listed_.push_back(instance);
  by_ec2_id_.emplace(instance->ec2_instance_id, instance);
  instances_.emplace(instance->id, std::move(made));
  return instance;
}

const ContainerInstance* ContainerInstances::find(std::string_view reference) const {
  const auto id = arns_.id_of("container-instance", reference);
  if (!id) return nullptr;
  if (const auto found = instances_.find(*id); found != instances_.end()) {
    return found->second.get();
  }
  const auto found = by_ec2_id_.find(*id);
  return found == by_ec2_id_.end() ? nullptr : found->second;
}

ContainerInstance& ContainerInstances::own(const ContainerInstance& instance) {
  return *instances_.find(instance.id)->second;
}

void ContainerInstances::forget_old() {
  const auto old = [](const ContainerInstance* each) {
    return each->status == ContainerInstanceStatus::inactive && each->tasks == 0;
  };
  auto inactive = static_cast<std::size_t>(std::count_if(listed_.begin(), listed_.end(), old));
  while (inactive-- > inactive_kept_max) {
    const auto oldest = std::find_if(listed_.begin(), listed_.end(), old);
    const ContainerInstance* instance = *oldest;
    addresses_.give_back(instance->address);
    fillings_.erase(instance);
    tasks_.erase(instance);
    by_ec2_id_.erase(instance->ec2_instance_id);
    listed_.erase(oldest);
    instances_.erase(instances_.find(instance->id));
  }
}

std::vector<std::string> ContainerInstances::tasks_on(const ContainerInstance& instance) const {
  std::vector<std::string> ids;
  const auto found = tasks_.find(&instance);
  if (found == tasks_.end()) return ids;
  for (const auto& [number, id] : found->second) ids.push_back(id);
  return ids;
}

bool ContainerInstances::has_active() const {
  return std::any_of(listed_.begin(), listed_.end(), [](const ContainerInstance* each) {
    return each->status == ContainerInstanceStatus::active;
  });
}

std::vector<std::pair<const ContainerInstance*, Misfit>> ContainerInstances::misfits(
    const PlacementNeeds& needs) const {
  std::vector<std::pair<const ContainerInstance*, Misfit>> all;
  for (const ContainerInstance* each : listed_) {
    if (each->status != ContainerInstanceStatus::active) continue;
    if (const auto why = misfit(needs, *each)) all.emplace_back(each, *why);
  }
  return all;
}

void ContainerInstances::set_status(const ContainerInstance& instance,
                                    ContainerInstanceStatus status) {
  if (instance.status == status) return;
  own(instance).status = status;
  ++own(instance).version;
}

void ContainerInstances::set_agent_connected(const ContainerInstance& instance, bool connected) {
  own(instance).agent_connected = connected;
  ++own(instance).version;
}

void ContainerInstances::set_host_runs(const ContainerInstance& instance, bool runs) {
  own(instance).host_runs = runs;
  set_agent_connected(instance, runs);
}

void ContainerInstances::set_own_attributes(const ContainerInstance& instance,
                                            const Attributes& attributes) {
  for (const auto& [name, value] : attributes) own(instance).attributes[name] = value;
}

void ContainerInstances::set_tags(const ContainerInstance& instance, Tags tags) {
  own(instance).tags = std::move(tags);
}

void ContainerInstances::fill(const ContainerInstance& instance) {
  ContainerInstance& filled = own(instance);
  Reservation& filling = fillings_[&instance];
  filling.cpu += filled.remaining_cpu();
  filling.memory += filled.remaining_memory();
  filled.reserved_cpu = filled.cpu;
  filled.reserved_memory = filled.memory;
  ++filled.version;
}

void ContainerInstances::give_back_filling(const ContainerInstance& instance) {
  const auto found = fillings_.find(&instance);
  if (found == fillings_.end()) return;
  ContainerInstance& filled = own(instance);
  filled.reserved_cpu -= found->second.cpu;
  filled.reserved_memory -= found->second.memory;
  ++filled.version;
  fillings_.erase(found);
}

Result<void> ContainerInstances::put_attributes(const ContainerInstance& instance,
                                                const Attributes& attributes) {
  Attributes merged = attributes;
  for (const auto& [name, value] : instance.attributes) {
    if (is_custom_attribute(name)) merged.emplace(name, value);
  }
  if (auto checked = check_custom_attributes(merged); !checked) return checked;
  for (const auto& [name, value] : attributes) own(instance).attributes[name] = value;
  ++own(instance).version;
  return {};
}

void ContainerInstances::remove_attribute(const ContainerInstance& instance,
                                          std::string_view name) {
  Attributes& attributes = own(instance).attributes;
  const auto found = attributes.find(name);
  if (found == attributes.end() || !is_custom_attribute(name)) return;
  attributes.erase(found);
  ++own(instance).version;
}

Result<Placement> ContainerInstances::place(const PlacementRequest& request) {
  const auto needs = needs_of(request);
  if (!needs) return needs.error();
  std::vector<const ContainerInstance*> candidates;
  for (const ContainerInstance* each : listed_) {
    if (request.container_instance && each->id != *request.container_instance) continue;
    if (request.availability_zone && zone_of(*each) != *request.availability_zone) continue;
    // Nobody looks for a place on one that drains; whoever names it is told what is wrong with it.
    if (each->status == ContainerInstanceStatus::active ||
        (request.container_instance && each->status != ContainerInstanceStatus::inactive)) {
      candidates.push_back(each);
    }
  }
  if (candidates.empty()) {
    return Error{"INACTIVE", "", "Reason: No Container Instances were found in your cluster."};
  }
  const PlacementChoice choice = choose_instance(*needs, candidates, random_);
  refused_ = refused_ || !choice.instance;
  if (choice.instance) return take(request, *needs, own(*candidates[*choice.instance]));
  const Misfit why = choice.misfits[choice.closest];
  const ContainerInstance& closest = *candidates[choice.closest];
  return Error{std::string(failure_reason(why)), closest.arn, closest_instance_text(why, closest)};
}

Result<Placement> ContainerInstances::take(const PlacementRequest& request,
                                           const PlacementNeeds& needs,
                                           ContainerInstance& instance) {
  Place place;
  place.instance = &instance;
  place.number = placed_;
  place.reservation = needs.reservation;
  place.group = needs.group;
  place.is_daemon = request.is_daemon;
  if (needs.reservation.network_interfaces > 0) {
    const auto address = addresses_.take_for_task();
    if (!address) {
      const Misfit why = Misfit::network_interfaces;
      return Error{std::string(failure_reason(why)), instance.arn,
                   closest_instance_text(why, instance)};
    }
    place.own_address = *address;
  }
  ++placed_;
  instance.take(place.reservation, place.group);
  if (place.is_daemon) ++instance.daemon_tasks;
  tasks_[&instance].emplace(place.number, request.task_id);
  Placement placement;
  placement.container_instance = instance.id;
  placement.container_instance_arn = instance.arn;
  placement.ec2_instance_id = instance.ec2_instance_id;
  placement.availability_zone = zone_of(instance);
  placement.address = place.own_address.empty() ? instance.address : place.own_address;
  places_.emplace(request.task_id, std::move(place));
  return placement;
}

void ContainerInstances::release(const std::string& task_id) {
  const auto found = places_.find(task_id);
  if (found == places_.end()) return;
  const Place& place = found->second;
  place.instance->give_back(place.reservation, place.group);
  if (place.is_daemon) --place.instance->daemon_tasks;
  departed_ = departed_ || refused_ || place.instance->status != ContainerInstanceStatus::active;
  refused_ = false;
  tasks_[place.instance].erase(place.number);
  if (!place.own_address.empty()) addresses_.give_back(place.own_address);
  places_.erase(found);
}

std::vector<std::string> ContainerInstances::eligible_instances(
    const std::string& group, const TaskDefinition& definition,
    const std::vector<PlacementConstraint>& constraints) const {
  PlacementNeeds needs;
  const auto of_definition = add_constraints(needs, definition.placement_constraints);
  const auto of_service = add_constraints(needs, constraints);
  // Whoever took the constraints has refused what can't be read.
  if (!of_definition || !of_service) return {};
  needs.distinct_instance = false;
  std::vector<std::string> ids;
  for (const ContainerInstance* each : listed_) {
    // A daemon goes on where the agent is lost.
    const bool away = each->status == ContainerInstanceStatus::active && each->host_runs &&
                      !each->agent_connected;
    const bool last =
        each->status == ContainerInstanceStatus::draining && each->tasks > each->daemon_tasks;
    const bool stays = each->tasks_of(group) > 0 && (away || last);
    if (stays || !misfit(needs, *each)) ids.push_back(each->id);
  }
  return ids;
}

std::vector<ZoneTasks> ContainerInstances::zones(const PlacementRequest& request) const {
  auto needs = needs_of(request);
  if (!needs) return {};
  needs->reservation = {};
  needs->distinct_instance = false;
  std::map<std::string_view, ZoneTasks> by_name;
  for (const ContainerInstance* each : listed_) {
    ZoneTasks& zone = by_name[zone_of(*each)];
    zone.tasks += each->tasks_of(request.group);
    zone.open = zone.open || !misfit(*needs, *each);
  }
  std::vector<ZoneTasks> zones;
  for (auto& [name, zone] : by_name) {
    zone.zone = name;
    if (zone.open || zone.tasks > 0) zones.push_back(std::move(zone));
  }
  return zones;
}

bool ContainerInstances::is_draining(const std::string& container_instance) const {
  const auto found = instances_.find(container_instance);
  return found != instances_.end() && found->second->status != ContainerInstanceStatus::active;
}

std::vector<std::string> ContainerInstances::scale_in_order(
    const std::vector<std::string>& task_ids,
    const std::vector<PlacementStrategy>& strategies) const {
  std::vector<const ContainerInstance*> places;
  std::vector<std::string> placed;
  std::vector<std::string> order;
  for (const std::string& id : task_ids) {
    const auto found = places_.find(id);
    if (found == places_.end()) {
      order.push_back(id);
    } else {
      places.push_back(found->second.instance);
      placed.push_back(id);
    }
  }
  // The same question has the same answer: chance begins anew with each.
  Random random(seed_ + placed_);
  for (const std::size_t index : containers::scale_in_order(
           places, strategies.empty() ? default_strategies() : strategies, random)) {
    order.push_back(placed[index]);
  }
  return order;
}

}  // namespace cutover::containers
