// A WebSocket server and clients of npm's `ws`, with the load balancer between them.
// Usage: node websocket.mjs PROGRAM

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket, { WebSocketServer } from 'ws';

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'cutover-websocket-'));

/** An HTTP server that answers health checks, echoes WebSocket messages and refuses `/no`. */
async function startTarget() {
  const http = createServer((request, response) => response.end('plain'));
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/no') {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(`from ${request.headers['x-forwarded-for']}`);
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { port: http.address().port, stop: () => { http.closeAllConnections(); http.close(); } };
}

async function freePort() {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The program with one group whose only target is `targetPort`, listening on `port`. */
async function startLoadBalancer(port, targetPort) {
  const stack = join(folder, 'stack.json');
  writeFileSync(stack, JSON.stringify({
    LoadBalancers: [{ Name: 'demo' }],
    TargetGroups: [{ Name: 'sockets', Protocol: 'HTTP', Port: 80,
      Targets: [{ Id: '127.0.0.1', Port: targetPort }] }],
    Listeners: [{ LoadBalancerArn: 'demo', Protocol: 'HTTP', Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: 'sockets' }] }],
  }));
  const child = spawn(program, ['up', stack, '--port-offset', '0', '--endpoint', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes('listens on')) break;
  }
  assert.match(said, /listens on/, 'the program does not listen');
  child.stdout.resume();
  return child;
}

const next = async (socket) => (await once(socket, 'message'))[0];

async function connect(url) {
  const socket = new WebSocket(url);
  const greeting = next(socket);
  await once(socket, 'open');
  assert.equal(String(await greeting), 'from 127.0.0.1');
  return socket;
}

const target = await startTarget();
const port = await freePort();
const loadBalancer = await startLoadBalancer(port, target.port);
const url = `ws://127.0.0.1:${port}`;
let failed = false;

async function test(name, body) {
  try {
    await body();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed = true;
    console.log(`not ok: ${name}\n${error.stack}`);
  }
}

await test('text comes back as it went', async () => {
  const socket = await connect(`${url}/chat`);
  socket.send('hello');
  assert.equal(String(await next(socket)), 'hello');
  socket.close();
  await once(socket, 'close');
});

await test('a large binary message comes back whole', async () => {
  const socket = await connect(url);
  const large = Buffer.alloc(3 * 1024 * 1024, 'large message ');
  socket.send(large);
  assert.ok(large.equals(await next(socket)));
  socket.close();
  await once(socket, 'close');
});

await test('many messages keep their order', async () => {
  const socket = await connect(url);
  const answers = [];
  socket.on('message', (data) => answers.push(String(data)));
  for (let i = 0; i < 500; ++i) socket.send(String(i));
  while (answers.length < 500) await once(socket, 'message');
  assert.deepEqual(answers, Array.from({ length: 500 }, (_, i) => String(i)));
  socket.close();
  await once(socket, 'close');
});

await test('several sockets stay apart', async () => {
  const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
  const answers = sockets.map(next);
  sockets.forEach((socket, i) => socket.send(`mine ${i}`));
  assert.deepEqual((await Promise.all(answers)).map(String), sockets.map((_, i) => `mine ${i}`));
  for (const socket of sockets) socket.terminate();
});

await test('a closing code reaches the client', async () => {
  const socket = await connect(url);
  const closed = once(socket, 'close');
  socket.close(4001, 'enough');
  assert.equal((await closed)[0], 4001);
});

await test('a ping is answered', async () => {
  const socket = await connect(url);
  const pong = once(socket, 'pong');
  socket.ping('there?');
  assert.equal(String((await pong)[0]), 'there?');
  socket.terminate();
});

await test('a refused upgrade is an ordinary answer', async () => {
  const socket = new WebSocket(`${url}/no`);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 403);
  response.destroy();
});

await test('plain requests are served beside sockets', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(await response.text(), 'plain');
});

loadBalancer.kill('SIGTERM');
await once(loadBalancer, 'exit');
target.stop();
rmSync(folder, { recursive: true });
process.exit(failed ? 1 : 0);
