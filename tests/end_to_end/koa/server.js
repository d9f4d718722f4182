// A service as people write one: it listens on port 3000, whatever its environment says.
'use strict';
const crypto = require('crypto');
const Koa = require('koa');

const app = new Koa();
const instance = crypto.randomUUID();

app.use(async (context) => {
  if (context.path === '/') {
    context.body = 'Ready to receive requests';
  } else if (context.path === '/api/users') {
    context.body = { instance, stage: process.env.STAGE };
  }
  console.log(`${context.method} ${context.url} ${context.status}`);
});

app.listen(3000, () => console.log('listening on port 3000'));
process.on('SIGTERM', () => process.exit(0));
