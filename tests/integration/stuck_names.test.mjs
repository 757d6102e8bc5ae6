// Name servers that do not answer: nobody waits for them, neither other names nor the end of the process.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {startRedis} from '../support/redis.mjs';
import {makeStuckNames} from '../support/stuck_names.mjs';

/** What the end may take beyond draining: a lookup never ends. */
const endsWithinMs = 5000;

test('the daemon ends while the name of its Redis is looked up', async (t) => {
  const names = await makeStuckNames(t);
  const daemon = await startFreshetd(t, {redis: 'redis://redis.stuck/0', env: names.env, wait: false});
  await names.isAsked('redis.stuck');
  assert.match((await daemon.notReady()).reason, /redis\.stuck/);
  await daemon.stop({ms: endsWithinMs});
  assert.match(daemon.log, /info stopped/);
});

test('the daemon ends while the name of its key server is looked up, and did not need it to serve', async (t) => {
  const names = await makeStuckNames(t);
  const config = {auth: {jwt: {jwks_url: 'https://keys.stuck/jwks'}, public_channels: ['*']}};
  const redis = await startRedis(t);
  const daemon = await startFreshetd(t, {redis: redis.url.replace('127.0.0.1', 'localhost'), config, dev: false, env: names.env});
  await names.isAsked('keys.stuck');
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  await daemon.stop({ms: endsWithinMs});
});

test('a name that is stuck holds up no other one, and is looked up once at a time', async (t) => {
  const names = await makeStuckNames(t);
  const nodes = ['first.stuck:26379', 'second.stuck:26379', 'third.stuck:26379', 'localhost:1'];
  const config = {backplane: {redis: {sentinel: {master: 'mymaster', nodes}}}};
  const daemon = await startFreshetd(t, {redis: 'redis://nobody.invalid/0', config, env: names.env, wait: false});
  // Two connections for each sentinel, which come back every few seconds.
  await daemon.program.output(/warning sentinel localhost:1: connect to localhost:1 .*: Connection refused/);
  for (const node of nodes.slice(0, 3)) {
    await daemon.program.output(new RegExp(`warning sentinel ${node}: resolve ${node.replace(/:.*/, '')}: no answer within 2 s`));
  }
  await daemon.stop({ms: endsWithinMs});
});
