// AWS's SDK for JavaScript: a load balancer and services behind it, pages, waiters and errors.
// Usage: node aws_sdk.mjs PROGRAM

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as containers from '@aws-sdk/client-ecs';

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'cutover-aws-sdk-'));

async function freePort() {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The program with the forum's images and nothing else; its endpoint. */
async function start(port) {
  const stack = join(folder, 'stack.json');
  writeFileSync(stack, JSON.stringify({
    Images: { 'api:v1': { app: 'api' }, 'users:v1': { app: 'users' } },
  }));
  const child = spawn(program, ['up', stack, '--speed', '100', '--port-offset', String(port - 80),
    '--endpoint', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes('Ctrl-C')) break;
  }
  child.stdout.resume();
  return [child, said.match(/control endpoint on (http:\/\/[0-9.:]+\d)/)[1]];
}

const port = await freePort();
const [child, endpoint] = await start(port);
const settings = { endpoint, region: 'us-east-1', maxAttempts: 1,
  credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } };
const elbv2 = new elb.ElasticLoadBalancingV2(settings);
const ecs = new containers.ECS(settings);
const often = (client) => ({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 });
let failed = false;

async function test(name, body) {
  if (failed) return; // Each step stands on those before it.
  try {
    await body();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed = true;
    console.log(`not ok: ${name}\n${error.stack}`);
  }
}

const forward = (TargetGroupArn) => [{ Type: 'forward', TargetGroupArn }];
const ask = async (path) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  await response.text();
  return response.status;
};
const made = {};

await test('a load balancer with two groups and a listener', async () => {
  // The default VPC has these two; the SDK for EC2 would say so, and is a large package.
  const answer = await fetch(endpoint, { method: 'POST', body:
    'Action=DescribeSubnets&Version=2016-11-15',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  const network = await answer.text();
  const subnets = [...network.matchAll(/<subnetId>(.*?)<\/subnetId>/g)].map((found) => found[1]);
  const vpc = network.match(/<vpcId>(.*?)<\/vpcId>/)[1];
  const { LoadBalancers } = await elbv2.createLoadBalancer(
    { Name: 'demo', Subnets: subnets.slice(0, 2) });
  made.balancer = LoadBalancers[0].LoadBalancerArn;
  assert.ok(LoadBalancers[0].CreatedTime instanceof Date);
  await elb.waitUntilLoadBalancerAvailable(often(elbv2), { LoadBalancerArns: [made.balancer] });
  for (const name of ['api', 'users']) {
    const { TargetGroups } = await elbv2.createTargetGroup({
      Name: name, Protocol: 'HTTP', Port: 80, VpcId: vpc, HealthyThresholdCount: 2,
      HealthCheckIntervalSeconds: 6, HealthCheckTimeoutSeconds: 5 });
    made[name] = TargetGroups[0].TargetGroupArn;
  }
  const { Listeners } = await elbv2.createListener({ LoadBalancerArn: made.balancer,
    Protocol: 'HTTP', Port: 80, DefaultActions: forward(made.api) });
  made.listener = Listeners[0].ListenerArn;
  const { Rules } = await elbv2.createRule({ ListenerArn: made.listener, Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/api/users*'] }],
    Actions: forward(made.users) });
  made.rule = Rules[0].RuleArn;
});

await test('services that become stable behind it', async () => {
  await ecs.createCluster({ clusterName: 'default' });
  for (const name of ['api', 'users']) {
    const { taskDefinition } = await ecs.registerTaskDefinition({ family: name,
      containerDefinitions: [{ name, image: `${name}:v1`, memory: 128,
        portMappings: [{ containerPort: 3000, hostPort: 0 }] }] });
    assert.equal(taskDefinition.revision, 1);
    assert.ok(taskDefinition.registeredAt instanceof Date);
    await ecs.createService({ serviceName: name, taskDefinition: name, desiredCount: 1,
      loadBalancers: [{ targetGroupArn: made[name], containerName: name, containerPort: 3000 }] });
  }
  await containers.waitUntilServicesStable(often(ecs), { services: ['api', 'users'] });
  await elb.waitUntilTargetInService(often(elbv2), { TargetGroupArn: made.api });
  const { TargetHealthDescriptions } =
    await elbv2.describeTargetHealth({ TargetGroupArn: made.users });
  assert.deepEqual(TargetHealthDescriptions.map((one) => one.TargetHealth.State), ['healthy']);
  assert.equal(await ask('/api/users'), 200);
  assert.equal(await ask('/'), 200);
});

await test('pages of one each', async () => {
  const names = [];
  const pages = elb.paginateDescribeTargetGroups({ client: elbv2, pageSize: 1 }, {});
  for await (const { TargetGroups } of pages) {
    names.push(...TargetGroups.map((one) => one.TargetGroupName));
  }
  assert.deepEqual(names, ['api', 'users']);
  const arns = [];
  const lists = containers.paginateListServices({ client: ecs, pageSize: 1 }, {});
  for await (const page of lists) arns.push(...page.serviceArns);
  assert.equal(arns.length, 2);
});

await test('an error has its name, status and message', async () => {
  await assert.rejects(elbv2.describeRules({ RuleArns: [`${made.rule}0`] }), (error) => {
    assert.equal(error.name, 'RuleNotFoundException');
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.equal(error.message, 'One or more rules not found');
    return error instanceof elb.RuleNotFoundException;
  });
  await assert.rejects(ecs.updateService({ service: 'none', desiredCount: 1 }), (error) => {
    assert.equal(error.message, 'Service not found.');
    return error instanceof containers.ServiceNotFoundException;
  });
});

await test('a rule change is met by the next request', async () => {
  await elbv2.modifyRule({ RuleArn: made.rule, Actions: [{ Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '418', MessageBody: 'short and stout' } }] });
  assert.equal(await ask('/api/users'), 418);
  await elbv2.deleteRule({ RuleArn: made.rule });
  assert.equal(await ask('/api/users'), 200);
});

await test('a service goes away', async () => {
  const { taskArns } = await ecs.listTasks({ serviceName: 'users' });
  await ecs.updateService({ service: 'users', desiredCount: 0 });
  await containers.waitUntilTasksStopped(often(ecs), { tasks: taskArns });
  await ecs.deleteService({ service: 'users' });
  await containers.waitUntilServicesInactive(often(ecs), { services: ['users'] });
  const { services } = await ecs.describeServices({ services: ['users'] });
  assert.equal(services[0].status, 'INACTIVE');
});

child.kill('SIGTERM');
await once(child, 'exit');
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
