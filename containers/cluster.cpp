#include "containers/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "containers/cluster_core.hpp"

namespace cutover::containers {

namespace {

/// The stream of chance from which instances get their ids and tasks their places is another one
/// than that of tasks' ids, so that more instances do not change those.
constexpr std::uint64_t instances_seed = 0x9e37'79b9'7f4a'7c15;

std::vector<std::string> zones_of(const ClusterOptions& options) {
  if (!options.availability_zones.empty()) return options.availability_zones;
  return {options.region + "a", options.region + "b"};
}

}  // namespace

Cluster::Core::Core(Timers& its_timers, Runtime& runtime, TargetRegistry& registry,
                    const TaskDefinitions& task_definitions, LoopbackAddresses& addresses,
                    ClusterOptions cluster_options)
    : options(std::move(cluster_options)),
      definitions(task_definitions),
      arns(options.region, options.account, options.name),
      random(options.seed),
      timers(its_timers),
      start_faults(options.start_faults ? options.start_faults : std::make_shared<StartFaults>()),
      instances(timers.clock(), arns, addresses, zones_of(options), options.seed ^ instances_seed),
      surroundings{timers,    runtime, registry,  options.images, *start_faults,
                   instances, index,   on_change, options.support},
      services(surroundings, definitions, arns, random, [this] { on_task_stopped(); }),
      standalone(surroundings, arns, random, instances, [this] { on_task_stopped(); }) {
  for (const ContainerInstanceGroup& group : options.container_instances) {
    for (std::uint32_t i = 0; i < group.count; ++i) {
      // Only a lack of addresses is left to refuse them.
      if (!instances.add(group.spec)) return;
    }
  }
}

Cluster::Core::~Core() {
  timers.cancel(done_timer_);
  timers.cancel(room_timer_);
}

void Cluster::Core::on_task_stopped() {
  tell_when_all_stopped();
  if (!instances.take_departure() || room_timer_ != 0) return;
  // Not from within: a service may be in the middle of its plan. Tasks that end together are one
  // change.
  room_timer_ = timers.after(Duration::zero(), [this] {
    room_timer_ = 0;
    services.look_for_room();
  });
}

void Cluster::Core::shut_down(std::function<void()> done) {
  // What waits for an agent would wait for ever.
  for (const ContainerInstance* instance : instances.list()) {
    if (instance->host_runs && !instance->agent_connected) set_connected(*instance, true);
  }
  services.stop_now();
  standalone.stop_all_now();
  on_shut_down_ = std::move(done);
  tell_when_all_stopped();
}

void Cluster::Core::tell_when_all_stopped() {
  if (!on_shut_down_ || services.has_live_tasks() || standalone.has_live_tasks()) return;
  // Not from within: a task may be in the middle of its last step.
  done_timer_ =
      timers.after(Duration::zero(), [this, done = std::exchange(on_shut_down_, nullptr)] {
        done_timer_ = 0;
        done();
      });
}

Cluster::Cluster(Timers& timers, Runtime& runtime, TargetRegistry& registry,
                 const TaskDefinitions& definitions, LoopbackAddresses& addresses,
                 ClusterOptions options)
    : core_(std::make_unique<Core>(timers, runtime, registry, definitions, addresses,
                                   std::move(options))) {}

Cluster::~Cluster() = default;

ClusterDescription Cluster::describe() const {
  ClusterDescription description;
  description.name = core_->options.name;
  description.arn = core_->arns.cluster();
  description.tags = core_->options.tags;
  for (const ContainerInstance* instance : core_->instances.list()) {
    if (instance->status == ContainerInstanceStatus::inactive) continue;
    ++description.registered_container_instances_count;
  }
  for (const TaskAgent* task : core_->index.list()) {
    const TaskStatus status = task->state().last_status;
    if (status == TaskStatus::running) ++description.running_tasks_count;
    if (status == TaskStatus::pending) ++description.pending_tasks_count;
  }
  description.active_services_count = static_cast<std::uint32_t>(core_->services.names().size());
  return description;
}

Result<void> Cluster::create_service(const ServiceSpec& spec) {
  auto created = core_->services.create(spec);
  if (created) core_->tell_change(core_->arns.service(spec.name));
  return created;
}

Result<void> Cluster::update_service(const std::string& service, const ServiceUpdate& update) {
  auto updated = core_->services.update(service, update);
  if (updated) core_->tell_change(core_->arns.service(bare_name(service)));
  return updated;
}

Result<void> Cluster::delete_service(const std::string& service, bool force) {
  auto removed = core_->services.remove(service, force);
  if (removed) core_->tell_change(core_->arns.service(bare_name(service)));
  return removed;
}

Result<ServiceDescription> Cluster::describe_service(const std::string& service) const {
  const auto found = core_->services.find(service);
  if (!found) return found.error();
  return (*found)->describe();
}

std::vector<std::string> Cluster::services() const { return core_->services.names(); }

namespace {

Error no_such_resource(const std::string& arn) {
  return {"ResourceNotFoundException", "/resourceArn",
          fmt::format("The specified resource was not found: {}", arn)};
}

}  // namespace

Result<Tags> Cluster::tags(const std::string& arn) const {
  const ArnMaker& arns = core_->arns;
  if (arn == arns.cluster()) return core_->options.tags;
  if (arn.starts_with("arn:")) {
    if (const auto service = core_->services.find(arn)) return (*service)->spec().tags;
    if (const auto task = core_->find_task(arn)) return (*task)->identity().tags;
    if (const auto instance = core_->find_instance(arn)) return (*instance)->tags;
  }
  return no_such_resource(arn);
}

void Cluster::Core::set_tags(const std::string& arn, Tags tags) {
  if (arn == arns.cluster()) {
    options.tags = std::move(tags);
  } else if (const auto service = services.find(arn)) {
    (*service)->set_tags(std::move(tags));
  } else if (const auto task = find_task(arn)) {
    (*task)->set_tags(std::move(tags));
  } else if (const auto instance = find_instance(arn)) {
    instances.set_tags(**instance, std::move(tags));
  }
  tell_change(arn);
}

Result<void> Cluster::tag(const std::string& arn, const Tags& added) {
  const auto present = tags(arn);
  if (!present) return present.error();
  auto merged = with_tags(*present, added);
  if (!merged) return merged.error();
  core_->set_tags(arn, *std::move(merged));
  return {};
}

Result<void> Cluster::untag(const std::string& arn, const std::vector<std::string>& keys) {
  const auto present = tags(arn);
  if (!present) return present.error();
  core_->set_tags(arn, without_tags(*present, keys));
  return {};
}

void Cluster::shut_down(std::function<void()> done) { core_->shut_down(std::move(done)); }

StartFaults& Cluster::start_faults() { return *core_->start_faults; }

}  // namespace cutover::containers
