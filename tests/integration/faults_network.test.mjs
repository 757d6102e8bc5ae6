// The network between the daemons and Redis fails, and nobody is told: a cut in both directions or in one, and a Redis that is
// gone without a word. The daemons must find out by themselves.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {startScene} from '../support/fault.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {makeNetworkNamespace} from '../support/network_namespace.mjs';

/** The contract: two missed probes, a second each, and some time to notice that the second is over. */
const noticedWithinMs = 5000;

/** Redis on another host, whose network can be cut. Publishers are on Redis' own host, here by its unix socket. */
async function startFarScene(t, options = {}) {
  const network = await makeNetworkNamespace(t);
  const socket = path.join(temporaryFolder(t), 'redis.sock');
  const scene = await startScene(t, {redis: {
    host: network.host, port: 6379, command: [...network.command, 'redis-server'], login: {path: socket},
    args: ['--protected-mode', 'no', '--unixsocket', socket, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
  }, ...options});
  return {network, scene};
}

for (const [what, to] of [['in both directions', 'both'], ['towards Redis', 'there'], ['from Redis', 'here']]) {
  test(`the network is cut ${what}`, async (t) => {
    const {network, scene} = await startFarScene(t);
    scene.begins();
    await network.cut(to);
    const noticedMs = await scene.noticed(/no mark|mark|redis/i);
    assert.ok(noticedMs <= noticedWithinMs, `noticed after ${noticedMs} ms`);
    await scene.heartbeats(3);
    await scene.publisher.more(50);
    await network.mend();
    scene.over();
    await scene.recovers();
    await scene.ends();
  });
}

test('Redis is gone without a word, and another process is there in its place', async (t) => {
  const {network, scene} = await startFarScene(t);
  scene.begins();
  await network.cut();
  await scene.redis.kill9();
  const noticedMs = await scene.noticed(/./);
  assert.ok(noticedMs <= noticedWithinMs, `noticed after ${noticedMs} ms`);
  await scene.heartbeats(2);
  await scene.redis.start();
  await network.mend();
  scene.over();
  await scene.recovers();
  await scene.ends();
});
