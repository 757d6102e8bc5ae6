// Redis restarts, is killed, forgets, has another time, or is not there yet.
import assert from 'node:assert/strict';
import test from 'node:test';

import {historyLost, startScene} from '../support/fault.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {publishTo} from '../support/publishing.mjs';
import {librarySource, startRedis} from '../support/redis.mjs';
import {startShiftedClock} from '../support/shifted_clock.mjs';
import {sleep} from '../support/wait.mjs';

const persistent = {args: ['--appendonly', 'yes', '--appendfsync', 'always']};
const gone = /redis \S+: (?:subscriber|command): (?:Redis closed|connection lost|connect to .* refused)/;
/** Long enough for some tries to connect, and for heartbeats. */
const awayMs = 1500;

const libraryVersion = Number(librarySource.match(/local VERSION = (\d+)/)[1]);

const ends = {
  'restarted': (redis) => redis.stop(),
  'killed -9': (redis) => redis.kill9(),
};

for (const [what, end] of Object.entries(ends)) {
  test(`Redis ${what}, with an AOF: nothing is lost`, async (t) => {
    const scene = await startScene(t, {redis: persistent});
    scene.begins();
    await end(scene.redis);
    await scene.noticed(gone);
    await scene.heartbeats();
    await sleep(awayMs);
    await scene.redis.start();
    scene.over();
    await scene.recovers();
    await scene.ends();
  });

  test(`Redis ${what}, without persistence: every stream is told once, the functions are loaded again`, async (t) => {
    const scene = await startScene(t);
    scene.begins();
    await end(scene.redis);
    await scene.noticed(gone);
    await scene.heartbeats();
    await scene.redis.start();
    scene.over();
    await scene.recovers();
    assert.equal(await scene.redis.client.call('FCALL_RO', 'freshet_version', 0), libraryVersion);
    const [daemon] = scene.daemons;
    const late = await daemon.stream('channel=news', {lastEventId: String(scene.publisher.ids[0])});
    assert.deepEqual((await late.opening()).json, {reason: 'history-lost', channels: ['news']}, 'who comes back later is told, too');
    late.close();
    await scene.ends({resets: historyLost, forgetful: true});
  });
}

test('Redis restarts with a stale RDB, twice in a row: ids are never reused, every stream is told each time', async (t) => {
  const scene = await startScene(t);
  for (const _ of ['once', 'twice']) {
    await scene.redis.client.save();
    await scene.publisher.more(30);
    scene.begins();
    await scene.redis.kill9();
    // The log does not tell of a loss again that follows within seconds.
    await Promise.all(scene.daemons.map((daemon) => daemon.notReady(gone)));
    await scene.redis.start();
    scene.over();
    await scene.recovers();
  }
  await scene.ends({resets: (client) => [...historyLost(client), ...historyLost(client)], forgetful: true});
});

test('Redis restarts on a host whose clock is an hour behind: ids go on rising, nothing is lost', async (t) => {
  const clock = await startShiftedClock(t);
  const scene = await startScene(t, {redis: {...persistent, env: clock.env}});
  scene.begins();
  await scene.redis.kill9();
  clock.set(-3600);
  await scene.noticed(gone);
  await scene.redis.start();
  scene.over();
  const [seconds] = await scene.redis.client.time();
  assert.ok(Number(seconds) < Date.now() / 1000 - 3500, 'its clock is behind');
  await scene.recovers();
  await scene.ends();
});

test('the clock of the Redis host jumps back an hour, and forward again: ids go on rising, nothing is lost', async (t) => {
  const clock = await startShiftedClock(t);
  const scene = await startScene(t, {redis: {env: clock.env}});
  scene.begins();
  for (const seconds of [-3600, 600, 0]) {
    clock.set(seconds);
    await scene.publisher.more(50);
  }
  scene.over();
  await scene.recovers();
  assert.deepEqual(await scene.reconnects(), [0, 0]);
  await scene.ends();
});

test('freshetd starts before there is a Redis: streams open, and it catches up', async (t) => {
  const port = await freePort();
  const daemon = await startFreshetd(t, {redis: `redis://127.0.0.1:${port}/0`, wait: false, config: {streams: {heartbeat: '1s'}}});
  await daemon.notReady(/^redis \S+: subscriber: connect to .* refused/);
  assert.equal((await daemon.ops('/livez')).status, 200);
  const stream = await daemon.stream('channel=early');
  assert.equal(stream.status, 200);
  await stream.waitFor(() => stream.retries.length > 0 && stream.comments.length > 0, 'retry and a heartbeat');
  assert.deepEqual(stream.events, []);
  assert.equal((await daemon.ops('/publish?channel=early', {method: 'POST', body: 'x'})).status, 503);
  const redis = await startRedis(t, {functions: false, port});
  const there = performance.now();
  await daemon.ready();
  assert.deepEqual((await stream.opening()).json, {resume: 'fresh'});
  const id = await publishTo(redis.client, 'early', 'hello');
  assert.equal((await stream.next()).id, id);
  t.diagnostic(`recovery: ${Math.round(performance.now() - there)} ms (${t.name})`);
  stream.close();
});
