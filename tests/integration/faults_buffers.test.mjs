// Redis has no room for a daemon: its output buffer is full, or its clients are too many.
import assert from 'node:assert/strict';
import test from 'node:test';

import {quietChannel, startScene} from '../support/fault.mjs';
import {until} from '../support/wait.mjs';

const burst = {count: 120, bytes: 30_000};
const tooSmall = `pubsub ${burst.count * burst.bytes / 4} 0 0`;

/** A burst that no daemon's output buffer holds; resolves when all of them have been cut off and are back. */
async function overflow(scene) {
  await scene.redis.client.config('SET', 'client-output-buffer-limit', tooSmall);
  const before = await scene.reconnects();
  await scene.burst('news', burst.count, 'x'.repeat(burst.bytes));
  await until(async () => (await scene.reconnects()).every((count, index) => count > before[index]), 'every subscriber to be cut off');
}

test('subscribers are killed for their output buffer: repaired from rings, nothing is lost', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  await overflow(scene);
  await scene.recovers();
  await scene.ends();
});

test('subscribers are killed for their output buffer, and the ring is too small: its streams are told, no others', async (t) => {
  const ring = 200;
  const scene = await startScene(t, {ring});
  scene.begins();
  await scene.redis.client.config('SET', 'client-output-buffer-limit', tooSmall);
  await scene.burst('news', burst.count, 'x'.repeat(burst.bytes), 'RING', burst.count / 2);
  await scene.recovers();
  const trimmed = [{reason: 'trimmed', channels: ['news']}];
  await scene.ends({resets: ({channels}) => (channels.length === 1 && channels[0] === quietChannel ? [] : trimmed)});
});

test('Redis has too many clients: it is said, tried again slowly, and recovers by itself', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  await scene.redis.client.config('SET', 'maxclients', '1');
  await scene.killDaemons();
  await scene.noticed(/max number of clients/);
  await scene.heartbeats();
  const {rejected_connections: rejected} = await stats(scene.redis);
  assert.ok(rejected < 40, `${rejected} tries in some seconds`);
  await scene.redis.client.config('SET', 'maxclients', '10000');
  scene.over();
  await scene.recovers();
  await scene.ends();
});

async function stats(redis) {
  const lines = (await redis.client.info('stats')).split('\r\n').map((line) => line.split(':'));
  return Object.fromEntries(lines.filter(([name]) => name === 'rejected_connections').map(([name, value]) => [name, Number(value)]));
}
