#include "cutover/api/ecs/inputs.hpp"

#include <array>
#include <string_view>

namespace cutover::api::ecs {

namespace {

struct Row {
  std::string_view name;
  std::string_view text;
};

/// Each may use those before it. Members whose values are read by `containers` (services, task
/// definitions, placement) have only their types here.
constexpr auto named = std::to_array<Row>({
    {"tags", "[{key:s, value:s}](..50)"},
    {"pairs", "[{name:s, value:s, *}]"},
    {"page", "i(1..100)"},
    {"constraints", "[{type:s, expression:s, *}]"},
    {"strategies", "[{type:s, field:s, *}]"},
    {"network", "{awsvpcConfiguration:{subnets:[s], securityGroups:[s], assignPublicIp:s, *}, *}"},
    {"settings", "[{name!:s(containerInsights), value!:s(enabled|enhanced|disabled)}]"},
    {"attributes",
     "[{name!:s(1..128), value:s(..128), targetType:s(container-instance), targetId:s}](1..10)"},
    {"capacity", "[{capacityProvider:s, base:i, weight:i, *}]"},
    {"overrides",
     "{containerOverrides:[{name:s, command:[s], environment:@pairs, environmentFiles:[{*}], "
     "cpu:i, memory:i, memoryReservation:i, resourceRequirements:[{*}], *}], cpu:s, memory:s, "
     "executionRoleArn:s, taskRoleArn:s, inferenceAcceleratorOverrides:[{*}], "
     "ephemeralStorage:{sizeInGiB:i, *}, *}"},
    {"hook",
     "{targetType:s, hookTargetArn:s, roleArn:s, lifecycleStages:[s], "
     "timeoutConfiguration:{timeoutInMinutes:i, action:s, *}, *}"},
    {"deployment",
     "{deploymentCircuitBreaker:{enable:b, rollback:b, *}, maximumPercent:i, "
     "minimumHealthyPercent:i, alarms:{alarmNames:[s], enable:b, rollback:b, *}, strategy:s, "
     "bakeTimeInMinutes:i, lifecycleHooks:[@hook], "
     "linearConfiguration:{stepPercent:d, stepBakeTimeInMinutes:i, *}, "
     "canaryConfiguration:{canaryPercent:d, canaryBakeTimeInMinutes:i, *}, *}"},
    {"balancers",
     "[{targetGroupArn:s, loadBalancerName:s, containerName:s, containerPort:i, "
     "advancedConfiguration:{alternateTargetGroupArn:s, productionListenerRule:s, "
     "testListenerRule:s, roleArn:s, *}, *}]"},
});

constexpr auto operations = std::to_array<Row>({
    {"CreateCluster",
     "{clusterName:s, tags:@tags, settings:@settings, "
     "configuration:{executeCommandConfiguration:{*}, *}, capacityProviders:[s], "
     "defaultCapacityProviderStrategy:@capacity, serviceConnectDefaults:{namespace:s, *}}"},
    {"DescribeClusters",
     "{clusters:[s](..100), include:[s(ATTACHMENTS|CONFIGURATIONS|SETTINGS|STATISTICS|TAGS)]}"},
    {"ListClusters", "{nextToken:s, maxResults:@page}"},
    {"DeleteCluster", "{cluster!:s}"},
    {"UpdateCluster",
     "{cluster!:s, settings:@settings, configuration:{executeCommandConfiguration:{*}, *}, "
     "serviceConnectDefaults:{namespace:s, *}}"},
    {"UpdateClusterSettings", "{cluster!:s, settings!:@settings}"},

    {"RegisterTaskDefinition",
     "{family:s, taskRoleArn:s, executionRoleArn:s, networkMode:s, cpu:s, memory:s, pidMode:s, "
     "ipcMode:s, requiresCompatibilities:[s], placementConstraints:@constraints, tags:@tags, "
     "volumes:[{name:s, *}], runtimePlatform:{cpuArchitecture:s, operatingSystemFamily:s, *}, "
     "containerDefinitions:[{name:s, image:s, cpu:i~, memory:i~, memoryReservation:i~, links:[s], "
     "portMappings:[{containerPort:i~, hostPort:i~, protocol:s, name:s, appProtocol:s, *}], "
     "essential:b~, entryPoint:[s], command:[s], environment:@pairs, "
     "mountPoints:[{sourceVolume:s, containerPath:s, readOnly:b~, *}], "
     "volumesFrom:[{sourceContainer:s, readOnly:b~, *}], "
     "dependsOn:[{containerName:s, condition:s, *}], startTimeout:i~, stopTimeout:i~, hostname:s, "
     "user:s, workingDirectory:s, disableNetworking:b~, privileged:b~, "
     "readonlyRootFilesystem:b~, interactive:b~, pseudoTerminal:b~, dockerLabels:<s>, "
     "ulimits:[{name:s, softLimit:i~, hardLimit:i~, *}], "
     "logConfiguration:{logDriver:s, options:<s>, *}, "
     "healthCheck:{command:[s], interval:i~, timeout:i~, retries:i~, startPeriod:i~, *}, "
     "restartPolicy:{enabled:b~, ignoredExitCodes:[i~], restartAttemptPeriod:i~, *}, *}], *}"},
    {"DescribeTaskDefinition", "{taskDefinition!:s, include:[s(TAGS)]}"},
    {"ListTaskDefinitions",
     "{familyPrefix:s, status:s(ACTIVE|INACTIVE|DELETE_IN_PROGRESS), sort:s(ASC|DESC), "
     "nextToken:s, maxResults:@page}"},
    {"ListTaskDefinitionFamilies",
     "{familyPrefix:s, status:s(ACTIVE|INACTIVE|ALL), nextToken:s, maxResults:@page}"},
    {"DeregisterTaskDefinition", "{taskDefinition!:s}"},
    {"DeleteTaskDefinitions", "{taskDefinitions!:[s](1..10)}"},

    {"RunTask",
     "{capacityProviderStrategy:@capacity, cluster:s, count:i(1..10), enableECSManagedTags:b, "
     "enableExecuteCommand:b, group:s, launchType:s(EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES), "
     "networkConfiguration:@network, overrides:@overrides, placementConstraints:@constraints, "
     "placementStrategy:@strategies, platformVersion:s, "
     "propagateTags:s(TASK_DEFINITION|SERVICE|NONE), referenceId:s(..1024), startedBy:s(..128), "
     "tags:@tags, taskDefinition!:s, clientToken:s(..64), volumeConfigurations:[{*}]}"},
    {"StartTask",
     "{cluster:s, containerInstances!:[s](1..10), enableECSManagedTags:b, enableExecuteCommand:b, "
     "group:s, networkConfiguration:@network, overrides:@overrides, "
     "propagateTags:s(TASK_DEFINITION|SERVICE|NONE), referenceId:s(..1024), startedBy:s(..128), "
     "tags:@tags, taskDefinition!:s, volumeConfigurations:[{*}]}"},
    {"StopTask", "{cluster:s, task!:s, reason:s(..1024)}"},
    {"DescribeTasks", "{cluster:s, tasks!:[s](1..100), include:[s(TAGS)]}"},
    {"ListTasks",
     "{cluster:s, containerInstance:s, family:s, nextToken:s, maxResults:@page, startedBy:s, "
     "serviceName:s, desiredStatus:s(RUNNING|PENDING|STOPPED), "
     "launchType:s(EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES)}"},
    {"UpdateTaskProtection",
     "{cluster!:s, tasks!:[s](1..10), protectionEnabled!:b, expiresInMinutes:i(1..2880)}"},
    {"GetTaskProtection", "{cluster!:s, tasks:[s](..100)}"},
    {"ExecuteCommand", "{cluster:s, container:s, command!:s, interactive!:b, task!:s}"},

    {"CreateService",
     "{cluster:s, serviceName!:s, taskDefinition:s, loadBalancers:@balancers, desiredCount:i, "
     "clientToken:s(..64), launchType:s, role:s, deploymentConfiguration:@deployment, "
     "placementConstraints:@constraints, placementStrategy:@strategies, "
     "networkConfiguration:@network, healthCheckGracePeriodSeconds:i, schedulingStrategy:s, "
     "deploymentController:{type:s, *}, tags:@tags, enableECSManagedTags:b, propagateTags:s, "
     "enableExecuteCommand:b, availabilityZoneRebalancing:s, *}"},
    {"UpdateService",
     "{cluster:s, service!:s, desiredCount:i, taskDefinition:s, "
     "deploymentConfiguration:@deployment, networkConfiguration:@network, "
     "placementConstraints:@constraints, placementStrategy:@strategies, forceNewDeployment:b, "
     "healthCheckGracePeriodSeconds:i, enableExecuteCommand:b, enableECSManagedTags:b, "
     "loadBalancers:@balancers, propagateTags:s, availabilityZoneRebalancing:s, *}"},
    {"DeleteService", "{cluster:s, service!:s, force:b}"},
    {"DescribeServices", "{cluster:s, services!:[s](1..10), include:[s(TAGS)]}"},
    {"ListServices",
     "{cluster:s, nextToken:s, maxResults:@page, "
     "launchType:s(EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES), "
     "schedulingStrategy:s(REPLICA|DAEMON), resourceManagementType:s(CUSTOMER|ECS)}"},
    {"ListServiceDeployments",
     "{service!:s, cluster:s, "
     "status:[s(PENDING|SUCCESSFUL|STOPPED|STOP_REQUESTED|IN_PROGRESS|ROLLBACK_REQUESTED|"
     "ROLLBACK_IN_PROGRESS|ROLLBACK_SUCCESSFUL|ROLLBACK_FAILED)], "
     "createdAt:{before:t, after:t}, nextToken:s, maxResults:@page}"},
    {"DescribeServiceDeployments", "{serviceDeploymentArns!:[s](1..20)}"},
    {"DescribeServiceRevisions", "{serviceRevisionArns!:[s](1..20)}"},
    {"StopServiceDeployment", "{serviceDeploymentArn!:s, stopType:s(ABORT|ROLLBACK)}"},
    {"ContinueServiceDeployment",
     "{serviceDeploymentArn!:s, hookId!:s, action:s(CONTINUE|ROLLBACK)}"},
    {"ListServicesByNamespace", "{namespace!:s, nextToken:s, maxResults:@page}"},

    {"RegisterContainerInstance",
     "{cluster:s, instanceIdentityDocument:s, instanceIdentityDocumentSignature:s, "
     "totalResources:[{name:s, type:s, doubleValue:d, longValue:l, integerValue:i, "
     "stringSetValue:[s]}], versionInfo:{agentVersion:s, agentHash:s, dockerVersion:s}, "
     "containerInstanceArn:s, "
     "attributes:[{name!:s(1..128), value:s(..128), targetType:s(container-instance), "
     "targetId:s}], platformDevices:[{*}], tags:@tags}"},
    {"DeregisterContainerInstance", "{cluster:s, containerInstance!:s, force:b}"},
    {"DescribeContainerInstances",
     "{cluster:s, containerInstances!:[s](1..100), include:[s(TAGS|CONTAINER_INSTANCE_HEALTH)]}"},
    {"ListContainerInstances",
     "{cluster:s, filter:s, nextToken:s, maxResults:@page, "
     "status:s(ACTIVE|DRAINING|REGISTERING|DEREGISTERING|REGISTRATION_FAILED|INACTIVE)}"},
    {"UpdateContainerInstancesState",
     "{cluster:s, containerInstances!:[s](1..10), "
     "status!:s(ACTIVE|DRAINING|REGISTERING|DEREGISTERING|REGISTRATION_FAILED)}"},

    {"PutAttributes", "{cluster:s, attributes!:@attributes}"},
    {"DeleteAttributes", "{cluster:s, attributes!:@attributes}"},
    {"ListAttributes",
     "{cluster:s, targetType!:s(container-instance), attributeName:s, attributeValue:s, "
     "nextToken:s, maxResults:@page}"},
    {"TagResource", "{resourceArn!:s, tags!:@tags}"},
    {"UntagResource", "{resourceArn!:s, tagKeys!:[s](..50)}"},
    {"ListTagsForResource", "{resourceArn!:s}"},

    {"PutAccountSetting", "{name!:s, value!:s, principalArn:s}"},
    {"PutAccountSettingDefault", "{name!:s, value!:s}"},
    {"DeleteAccountSetting", "{name!:s, principalArn:s}"},
    {"ListAccountSettings",
     "{name:s, value:s, principalArn:s, effectiveSettings:b, nextToken:s, maxResults:@page}"},
});

std::map<std::string, Shape, std::less<>> parse_all() {
  Shape::Named known;
  for (const Row& row : named) known.emplace(row.name, Shape::parse(row.text, known));
  std::map<std::string, Shape, std::less<>> shapes;
  for (const Row& row : operations) shapes.emplace(row.name, Shape::parse(row.text, known));
  return shapes;
}

}  // namespace

const std::map<std::string, Shape, std::less<>>& inputs() {
  static const auto shapes = parse_all();
  return shapes;
}

}  // namespace cutover::api::ecs
