#include "cutover/api/cloud.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cutover/api/elbv2/elbv2.hpp"
#include "cutover/api/kept/keys.hpp"
#include "cutover/api/logs/logs.hpp"
#include "cutover/api/sts/sts.hpp"
#include "cutover/api/task_streams.hpp"
#include "cutover/stack/instances.hpp"

namespace cutover::api {

namespace {

/// A region's instances as load balancers know them.
class InstancesOf final : public stack::Instances {
 public:
  /// `state` is borrowed; `refresh` brings in what has come.
  InstancesOf(const ec2::Ec2State& state, std::function<void()> refresh)
      : state_(state), refresh_(std::move(refresh)) {}

  std::optional<Instance> find(const std::string& id) const override {
    if (state_.instance(id) == nullptr) refresh_();
    const ec2::Instance* instance = state_.instance(id);
    if (instance == nullptr) return std::nullopt;
    return Instance{instance->address, std::string(to_string(instance->state))};
  }
  std::string at(const std::string& address) const override {
    std::string id = known_at(address);
    if (!id.empty()) return id;
    refresh_();
    return known_at(address);
  }

 private:
  std::string known_at(const std::string& address) const {
    const auto& all = state_.instances;
    const auto found = std::find_if(all.begin(), all.end(), [&](const ec2::Instance& instance) {
      return instance.address == address && instance.state != ec2::InstanceState::terminated;
    });
    return found == all.end() ? "" : found->id;
  }

  const ec2::Ec2State& state_;
  std::function<void()> refresh_;
};

/// An EC2 instance that is a container instance of a cluster: its tasks go with it when it stops.
void follow(const containers::Clusters& clusters, const ec2::Instance& instance) {
  for (const std::string& name : clusters.names()) {
    containers::Cluster& cluster = **clusters.find(name);
    if (cluster.describe_container_instances({instance.id}).container_instances.empty()) continue;
    // It is there, and EC2 lets no instance that was terminated start.
    switch (instance.state) {
      case ec2::InstanceState::running:
        (void)cluster.start_instance(instance.id);
        break;
      case ec2::InstanceState::stopped:
        (void)cluster.stop_instance(instance.id);
        break;
      case ec2::InstanceState::terminated:
        (void)cluster.terminate_instance(instance.id);
        break;
    }
  }
}

/// Regions draw different ids from one seed.
std::uint64_t seed_for(std::uint64_t seed, const std::string& region) {
  for (const char c : region) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return seed;
}

/// The letters and digits of a name: what a logical id may hold.
std::string logical_id(std::string kind, const std::string& name) {
  for (const char c : name) {
    const bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (kept) kind += c;
  }
  return kind;
}

/// Outputs that the stack file gives itself stay; others are added.
void add_output(std::vector<cloudformation::StackOutput>& outputs, std::string key,
                std::string value) {
  const bool given = std::any_of(outputs.begin(), outputs.end(),
                                 [&](const auto& output) { return output.key == key; });
  if (!given) outputs.push_back({std::move(key), std::move(value), ""});
}

/// "http://127.0.0.1:8080": where the load balancer's first listener really listens.
std::string url_of(stack::RunningBalancing& balancing, const std::string& load_balancer) {
  const lb::LoadBalancer* running = balancing.find(load_balancer);
  if (running == nullptr || running->listeners().empty()) return "";
  const auto bound = running->bound(running->listeners().front());
  if (!bound) return "";
  return fmt::format("http://{}:{}", balancing.dns_name(load_balancer), bound->port());
}

/// What containers, hooks and alarms are is left of it.
stack::Stack without_resources(const stack::Stack& stack, const stack::Quotas& quotas) {
  stack::Stack bare = stack::empty_stack(stack.model.images, quotas);
  bare.model.hooks = stack.model.hooks;
  bare.model.alarms = stack.model.alarms;
  bare.images = stack.images;
  bare.hooks = stack.hooks;
  bare.alarms = stack.alarms;
  return bare;
}

/// Each life of what is kept draws other ids.
stack::RunOptions with_seed(stack::RunOptions options, const std::optional<kept::KeptState>& kept) {
  if (kept) options.balancing.seed = kept::seed_of_life(kept->meta.seed, kept->meta.life);
  return options;
}

}  // namespace

struct Cloud::Region {
  Region(boost::asio::io_context& io, const stack::Stack& what, const stack::RunOptions& options,
         const ec2::Ec2State& network, std::function<void()> refresh)
      : instances(network, std::move(refresh)), stack(io, what, options) {
    stack.balancing().targets().use_instances(&instances);
  }

  InstancesOf instances;
  stack::RunningStack stack;
};

Cloud::Cloud(boost::asio::io_context& io, const stack::Stack& stack,
             const stack::RunOptions& options, ecs::Shape::Strings strings,
             std::optional<kept::KeptState> kept)
    : io_(io),
      stack_(stack),
      empty_(without_resources(stack, stack::quotas_with(options.quotas))),
      options_(with_seed(options, kept)),
      has_stack_(!kept || kept->documents.empty()),
      meta_(kept ? kept->meta : kept::Meta{options.balancing.account, options.balancing.seed, 0}),
      timers_(io, clock_),
      created_at_(clock_.wall_now()),
      ec2_({options.balancing.account}, clock_, options_.balancing.seed),
      ecr_({options.balancing.account}, clock_,
           [this]() -> const containers::ImageMap& { return stack_.model.images; }),
      running_([this](const std::string& region) { return make_region(region); }),
      ecs_([this](const std::string& region) -> stack::RunningStack& { return in(region); },
           strings),
      cloudwatch_(timers_, [this] { return metrics(); }),
      dispatcher_(options_.balancing.seed) {
  if (!options_.balancing.addresses) {
    options_.balancing.addresses = std::make_shared<stack::LoopbackAddresses>();
  }
  if (!options_.task_addresses) {
    options_.task_addresses = std::make_shared<containers::LoopbackAddresses>();
  }
  ec2_.on_instance([this](const std::string& region, const ec2::Instance& instance) {
    const auto used = running_.used().find(region);
    if (used == running_.used().end()) return;
    used->second->stack.balancing().targets().instance_changed(instance.id);
    follow(used->second->stack.clusters(), instance);
  });
  ec2_.before_call([this](const std::string& region) { adopt_container_instances(region); });
  ec2_.used_outside([this](const std::string& region, const std::string& id) {
    return holds_up_a_load_balancer(region, id);
  });
  add_services();
  if (kept) keep(*std::move(kept));
  home();
}

Cloud::~Cloud() {
  // What runs tells of changes until its end.
  ecs_.clear();
  running_.clear();
}

bool Cloud::holds_up_a_load_balancer(const std::string& region, const std::string& id) {
  const auto used = running_.used().find(region);
  if (used == running_.used().end()) return false;
  const auto& all = used->second->stack.balancing().there().load_balancers;
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    const stack::Placement& placement = entry.second.placement;
    const auto has = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    return has(placement.subnets) || has(placement.security_groups);
  });
}

stack::RunningStack& Cloud::in(const std::string& region) {
  const bool known = running_.used().contains(region);
  stack::RunningStack& running = running_.at(region).stack;
  if (known) return running;
  running.clusters().on_instance_change(
      [this, region](containers::Cluster& cluster, const containers::ContainerInstance& instance) {
        adopt(region, cluster, instance);
      });
  if (keeper_ && documents_.empty()) keeper_->watch(region, parts(region));
  return running;
}

std::unique_ptr<Cloud::Region> Cloud::make_region(const std::string& name) {
  stack::RunOptions options = options_;
  const bool is_home = name == options_.balancing.region;
  if (!is_home) {
    options.balancing.region = name;
    options.balancing.seed = seed_for(options_.balancing.seed, name);
  }
  return std::make_unique<Region>(io_, is_home ? home_stack() : empty_, options, ec2_.in(name),
                                  [this, name] { adopt_container_instances(name); });
}

void Cloud::adopt_container_instances(const std::string& region) {
  const auto used = running_.used().find(region);
  // A region in which nothing runs yet has none, nor has one that is just being made.
  if (used == running_.used().end() || !used->second) return;
  const containers::Clusters& clusters = used->second->stack.clusters();
  for (const std::string& name : clusters.names()) {
    containers::Cluster& cluster = **clusters.find(name);
    const auto arns = cluster.list_container_instances("", std::nullopt);
    if (!arns) continue;
    for (const auto& described : cluster.describe_container_instances(*arns).container_instances) {
      adopt(region, cluster, described.instance);
    }
  }
}

void Cloud::adopt(const std::string& region, containers::Cluster& cluster,
                  const containers::ContainerInstance& instance) {
  ec2_.adopt(region, instance.ec2_instance_id, instance.address,
             instance.attribute("ecs.instance-type").value_or("t3.micro"),
             instance.attribute("ecs.ami-id").value_or(containers::ami_default),
             instance.attribute("ecs.availability-zone").value_or(""));
  const ec2::Ec2State& network = ec2_.in(region);
  const ec2::Instance& known = *network.instance(instance.ec2_instance_id);
  containers::Attributes own{{"ecs.instance-type", known.type}, {"ecs.ami-id", known.image}};
  if (const ec2::Subnet* subnet = network.subnet(known.subnet)) {
    own["ecs.subnet-id"] = subnet->id;
    own["ecs.vpc-id"] = subnet->vpc;
  }
  const bool said = std::all_of(own.begin(), own.end(), [&](const auto& each) {
    return instance.attribute(each.first) == each.second;
  });
  if (!said) cluster.set_own_attributes(instance.id, own);
}

std::vector<stack::RunningStack*> Cloud::running() const {
  std::vector<stack::RunningStack*> all;
  for (const auto& [name, region] : running_.used()) all.push_back(&region->stack);
  return all;
}

Result<void> Cloud::start() {
  if (!documents_.empty()) {
    if (auto restored = restore(); !restored) return restored;
  } else {
    if (auto taken = take_around(); !taken) return taken;
    if (auto started = home().start(); !started) return started;
  }
  if (recorder_ && !home_stack().images.empty()) {
    recorder_->note_text(kept::key_of(kept::images_kind, options_.balancing.region),
                         home_stack().images.dump());
  }
  cloudwatch_.start();
  return {};
}

Result<void> Cloud::take_around() {
  const stack::Stack& stack = home_stack();
  const kept::Parts home = parts(options_.balancing.region);
  if (!stack.network.is_null()) {
    auto network = ec2::state_from_json(stack.network);
    if (!network) return at("/Network", network.error());
    home.network = *std::move(network);
    adopt_container_instances(options_.balancing.region);
  }
  if (!stack.repositories.is_null()) {
    auto repositories = ecr::repositories_from_json(stack.repositories);
    if (!repositories) return at("/Repositories", repositories.error());
    home.repositories = *std::move(repositories);
  }
  if (!stack.account_settings.is_null()) {
    const auto restored = home.settings.restore(stack.account_settings);
    if (!restored) return at("/AccountSettings", restored.error());
  }
  return {};
}

ExportedStack Cloud::exported() {
  const std::string& home = options_.balancing.region;
  ExportedStack exported = export_stack(parts(home), home_stack());
  for (const auto& [region, running] : running_.used()) {
    if (region == home) continue;
    exported.left_out.push_back(fmt::format("region {}: a stack is of one, here {}", region, home));
  }
  return exported;
}

kept::Parts Cloud::parts(const std::string& region) {
  return {in(region), ec2_.in(region), ecr_.in(region), ecs_.in(region).settings};
}

void Cloud::keep(kept::KeptState kept) {
  recorder_ = std::make_unique<kept::Recorder>(io_, std::move(kept.store), kept.documents);
  keeper_ = std::make_unique<kept::Keeper>(*recorder_);
  documents_ = std::move(kept.documents);
  note_life();
  dispatcher_.settle_with([this](const Dispatcher::Called& called, kept::Recorder::Then then) {
    keeper_->look(called.service, called.region, parts(called.region));
    recorder_->settle(std::move(then));
  });
}

void Cloud::note_life() { recorder_->note_text(kept::meta_key, kept::to_text(meta_)); }

Result<void> Cloud::restore() {
  auto restored = kept::restore(
      documents_, [this](const std::string& region) { return parts(region); }, options_.quotas);
  if (!restored) return restored;
  documents_.clear();
  for (const auto& [region, running] : running_.used()) {
    adopt_container_instances(region);
    keeper_->watch(region, parts(region));
  }
  return {};
}

void Cloud::reset(const std::function<void(const Result<void>&)>& done) {
  ecs_.clear();
  running_.clear();
  ec2_.clear();
  ecr_.clear();
  has_stack_ = false;
  // Ids that have been given are not given again.
  ++meta_.life;
  options_.balancing.seed = kept::seed_of_life(meta_.seed, meta_.life);
  if (recorder_) {
    recorder_->clear();
    note_life();
  }
  home();
  cloudwatch_.clear();
  if (!recorder_) return done({});
  recorder_->settle(done);
}

void Cloud::stop(Duration grace, const std::function<void()>& done) {
  if (recorder_) recorder_->close();
  const auto all = running();
  const auto left = std::make_shared<std::size_t>(all.size());
  for (stack::RunningStack* stack : all) {
    stack->stop(grace, [left, done] {
      if (--*left == 0) done();
    });
  }
}

std::map<std::string, cloudwatch::Snapshots> Cloud::metrics() const {
  std::map<std::string, cloudwatch::Snapshots> all;
  for (const auto& [name, region] : running_.used()) {
    for (const auto& [balancer_name, balancer] : region->stack.balancing().all()) {
      all[name].push_back(balancer->metrics());
    }
  }
  return all;
}

std::optional<cloudformation::RunningStack> Cloud::running_stack(const std::string& region) {
  if (region != options_.balancing.region) return std::nullopt;
  stack::RunningStack& running = home();
  stack::RunningBalancing& balancing = running.balancing();
  cloudformation::RunningStack result;
  const stack::Stack& stack = home_stack();
  result.name = stack.name;
  result.created_at = created_at_;
  for (const auto& [key, value] : stack.outputs) result.outputs.push_back({key, value, ""});
  const std::string& cluster = stack.model.cluster;
  if (!cluster.empty()) {
    add_output(result.outputs, "ClusterName", cluster);
    result.resources.push_back({logical_id("Cluster", cluster), cluster, "AWS::ECS::Cluster"});
  }
  for (const auto& [name, balancer] : balancing.all()) {
    const std::string arn = balancing.arn_of(stack::LoadBalancerName{name});
    add_output(result.outputs, "ALBArn", arn);
    const std::string url = url_of(balancing, name);
    if (!url.empty()) add_output(result.outputs, "Url", url);
    result.resources.push_back(
        {logical_id("LoadBalancer", name), arn, "AWS::ElasticLoadBalancingV2::LoadBalancer"});
  }
  for (const auto& [sequence, name] : balancing.there().target_group_order) {
    result.resources.push_back({logical_id("TargetGroup", name),
                                balancing.arn_of(stack::TargetGroupName{name}),
                                "AWS::ElasticLoadBalancingV2::TargetGroup"});
  }
  const ec2::Vpc* vpc = ec2_.in(region).default_vpc();
  if (vpc != nullptr) {
    add_output(result.outputs, "VPCId", vpc->id);
    result.resources.push_back({"VPC", vpc->id, "AWS::EC2::VPC"});
  }
  // There is no IAM here: whatever role a service is given is carried and asked nothing.
  add_output(result.outputs, "ECSRole",
             fmt::format("arn:aws:iam::{}:role/ECSServiceRole", options_.balancing.account));
  return result;
}

void Cloud::add_services() {
  const Account account{options_.balancing.account};
  dispatcher_.add(sts::service(account));
  dispatcher_.add(ec2_.service());
  dispatcher_.add(elbv2::service([this](const std::string& region) {
    return elbv2::Place{in(region).balancing(), ec2_.in(region)};
  }));
  dispatcher_.add(ecr_.service());
  dispatcher_.add(ecs_.service());
  dispatcher_.add(cloudwatch_.service());
  dispatcher_.add(cloudwatch_.json_service());
  dispatcher_.add(logs::service(
      account, [this](const std::string& region) { return task_streams(in(region)); }));
  dispatcher_.add(cloudformation::service(
      account, [this](const std::string& region) { return running_stack(region); }));
}

}  // namespace cutover::api
