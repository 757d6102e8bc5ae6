// A Redis whose maxmemory is reached, filled by events as it would be: publishers are refused, and everything else goes on. No
// client can see that, so operators must.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {assertExit, ctl, fileWith, opsOf} from '../support/freshetctl.mjs';
import {idsAndData, publishTo} from '../support/publishing.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {until} from '../support/wait.mjs';

const limit = 8 * 2 ** 20;
const redisArgs = ['--maxmemory', String(limit), '--maxmemory-policy', 'noeviction'];
// The clients run in the process that fills Redis: however far they fall behind, none is too slow.
const config = {
  streams: {heartbeat: '1s'}, limits: {buffer_per_connection: '16MiB'}, backplane: {history: {events: 100_000}},
};

/** Publishes until Redis takes no more; what it took. */
async function fill(client, channel) {
  const taken = [];
  for (;;) {
    const data = `${taken.length} ${'x'.repeat(16_000)}`;
    try {
      taken.push({id: await publishTo(client, channel, data), data});
    } catch (error) {
      assert.match(error.message, /^OOM /);
      return taken;
    }
  }
}

const statusOf = async (daemon) => JSON.parse((await daemon.ops('/status')).text);
/** Redis is asked every few seconds. */
const knows = (daemon, wanted, what) => until(async () => wanted((await statusOf(daemon)).backplane.memory), what);
const beats = (stream) => {
  const enough = stream.comments.length + 2;
  return stream.waitFor(() => stream.comments.length >= enough, 'heartbeats');
};

test('a full Redis is seen by operators, and clients go on', async (t) => {
  const {redis, daemon} = await startBoth(t, {redisArgs, config});
  const {client} = redis;
  const before = (await statusOf(daemon)).backplane.memory;
  assert.ok(before.used_bytes > 0 && before.used_bytes < limit / 2, JSON.stringify(before));
  assert.deepEqual([before.limit_bytes, before.eviction_policy], [limit, 'noeviction']);
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  const taken = await fill(client, 'news');
  await stream.collect(taken.length);
  await knows(daemon, ({used_bytes: used}) => used > 0.95 * limit, 'the daemon to see that Redis is full');

  await t.test('the log, metrics, status and freshetctl tell', async () => {
    await daemon.program.output(new RegExp(`warning redis \\S+: command: as good as full; at its maxmemory it refuses events \\(OOM\\): \\d+ bytes are used, maxmemory is ${limit}\n`));
    assert.ok((await daemon.metric('freshet_redis_memory_bytes')) > 0.95 * limit);
    assert.equal(await daemon.metric('freshet_redis_memory_limit_bytes'), limit);
    assert.equal(await daemon.metric('freshet_redis_evicts'), 0);
    const {stdout} = assertExit(await ctl('status', '--interval', '0.1', opsOf(daemon)), 0);
    assert.match(stdout, /\none +ready .* full\none: Redis is full, [\d.]+ MiB of maxmemory 8 MiB: at 100 % publishers are refused \(OOM\)\n$/);
    const file = fileWith(t, JSON.stringify({backplane: {type: 'redis', redis: {url: redis.url}}}), 'freshet.yaml');
    const doctor = assertExit(await ctl('doctor', '--config', file, '--ops', opsOf(daemon)), 1);
    assert.match(doctor.stdout, /^fail +redis\.memory: [\d.]+ MiB used of maxmemory 8 MiB\n/m);
  });

  await t.test('over HTTP publishers are told; a bare PUBLISH goes through', async () => {
    for (const query of ['', '&live=1']) {
      const {status, text} = await daemon.ops(`/publish?channel=news${query}`, {method: 'POST', body: 'refused'});
      assert.equal(status, 503);
      assert.match(text, /OOM/);
    }
    await client.publish('freshet:news', 'typing…');
    await stream.collect(taken.length + 1);
  });

  await t.test('instances stay ready, streams open, resume and get their positions', async () => {
    assert.equal((await daemon.ops('/readyz')).status, 200);
    await beats(stream);
    const fresh = await daemon.stream('channel=quiet');
    assert.ok(BigInt((await fresh.opening()).id) >= BigInt(taken.at(-1).id));
    assert.ok((await daemon.metric('freshet_probe_age_seconds')) < 3, 'marks are taken');
    const [cursor] = taken.splice(0, 5).slice(-1);
    const back = await daemon.stream('channel=news', {lastEventId: cursor.id});
    assert.deepEqual((await back.opening()).json, {resume: 'complete'});
    assert.deepEqual(idsAndData(await back.collect(taken.length)), taken);
    for (const each of [fresh, back]) each.close();
  });

  await t.test('users can be disconnected and barred', async () => {
    const {status, text} = await daemon.ops('/users/joe/connections?for=10m', {method: 'DELETE'});
    assert.equal(status, 202, text);
    assert.equal(await client.hexists('freshet:bars', 'joe'), 1);
  });

  await t.test('a history that is lost meanwhile is told', async () => {
    await client.del('freshet:clock');
    assert.deepEqual((await stream.control('stream-reset')).json, {reason: 'history-lost', channels: ['news']});
    assert.ok(await client.hexists('freshet:clock', 'last'), 'the clock is written anew');
  });

  await t.test('an instance that starts now serves', async (t2) => {
    const two = await startFreshetd(t2, {redis: redis.url, instance: 'two', config});
    const late = await two.stream('channel=news&last_event_id=earliest');
    await late.collect(taken.length);
    late.close();
  });

  await t.test('with more room all is as before', async () => {
    await client.config('SET', 'maxmemory', String(4 * limit));
    const id = await publishTo(client, 'news', 'more');
    await stream.waitFor(() => stream.lastEventId === id, 'the event');
    await daemon.program.output(/info redis \S+: command: no longer full: \d+ bytes are used, maxmemory is \d+\n/);
    assert.equal(stream.ended, false);
  });
  stream.close();
});

test('functions that a full Redis does not take are why an instance is not ready, and nothing is lost', async (t) => {
  const {redis, daemon} = await startBoth(t, {redisArgs, config});
  const {client} = redis;
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  await client.config('SET', 'maxmemory', '1');
  await client.function('FLUSH');
  const {reason} = await daemon.notReady(/function library freshet is missing and could not be loaded: OOM/);
  await daemon.program.output(/not ready: redis /);
  assert.match(reason, /^redis /);
  await beats(stream);
  assert.equal((await statusOf(daemon)).state, 'waiting');
  const late = await daemon.stream('channel=news');
  await beats(late);
  assert.deepEqual(late.controls, [], 'it opens when there is a position');
  await client.config('SET', 'maxmemory', '0');
  await daemon.ready();
  const id = await publishTo(client, 'news', 'after');
  for (const each of [stream, late]) await each.waitFor(() => each.lastEventId === id, 'the event');
  assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
  for (const each of [stream, late]) each.close();
});
