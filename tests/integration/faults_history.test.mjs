// A history that begins anew, a time that leaps, a server that was a replica for a while: what a dataset says then is not
// all there was, and nobody is left without a word.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {startShiftedClock} from '../support/shifted_clock.mjs';
import {until} from '../support/wait.mjs';

const twoDays = 2 * 86400;
const clockOf = (redis) => redis.client.hgetall('freshet:clock');
const resetsOf = (stream) => stream.events.filter(({event}) => event === 'stream-reset').map(({data}) => JSON.parse(data));

/** A mark has moved the clock after this call. */
async function marked(redis) {
  const {last} = await clockOf(redis);
  await until(async () => (await clockOf(redis)).last > last, 'a mark');
}

/** An event of this text that is published from now on; again and again, as long as publishing is refused. */
async function arrives(redis, stream, channel, text) {
  const id = await until(() => publishTo(redis.client, channel, text).catch(() => undefined), `${text} to be taken`);
  await stream.waitFor(() => stream.events.some((event) => event.id === id), text);
}

test('FLUSHALL: a running daemon puts the settings of the history back, and whose tokens are refused', async (t) => {
  const redis = await startRedis(t);
  const history = {events: 1000, ttl: '24h', max_event_bytes: '1MiB'};
  const daemon = await startFreshetd(t, {redis: redis.url, config: {backplane: {history}}});
  const barred = await daemon.ops('/users/42/connections?for=10m', {method: 'DELETE'});
  assert.equal(barred.status, 202, barred.text);
  await until(() => redis.client.hexists('freshet:bars', '42'), 'the bar');
  const bar = await redis.client.hget('freshet:bars', '42');
  await redis.client.flushall();
  await until(async () => {
    const {ring, ttl, max_bytes: bytes} = await clockOf(redis);
    return ring === '1000' && ttl === '86400' && bytes === String(1 << 20);
  }, 'the settings');
  await until(async () => await redis.client.hget('freshet:bars', '42') === bar, 'the bar to be back');
});

test('HDEL of a setting: a running daemon puts it back', async (t) => {
  const redis = await startRedis(t);
  await startFreshetd(t, {redis: redis.url, config: {backplane: {history: {events: 1000}}}});
  await redis.client.hdel('freshet:clock', 'ring');
  await until(async () => (await clockOf(redis)).ring === '1000', 'the setting');
});

test('a time that was two days ahead, then an empty Redis: streams are told, and nobody has to restart anything', async (t) => {
  const clock = await startShiftedClock(t);
  clock.set(twoDays);
  const redis = await startRedis(t, {env: clock.env});
  const daemon = await startFreshetd(t, {redis: redis.url});
  const stream = await daemon.stream('channel=a');
  await stream.opening();
  await arrives(redis, stream, 'a', 'before');
  clock.set(0);
  await redis.client.flushall();
  await daemon.program.output(/EVIDENCE freshet: H \d+ is more than a day ahead of the clock and the time/);
  await arrives(redis, stream, 'a', 'after');
  assert.deepEqual(resetsOf(stream), [{reason: 'history-lost', channels: ['a']}]);
  assert.equal((await daemon.ops('/readyz')).status, 200);
  stream.close();
});

test('the time leaps two days ahead, and events come before a mark has told: they arrive', async (t) => {
  const clock = await startShiftedClock(t);
  const redis = await startRedis(t, {env: clock.env});
  const daemon = await startFreshetd(t, {redis: redis.url});
  const stream = await daemon.stream('channel=a');
  await stream.opening();
  clock.set(twoDays);
  const ids = [];
  for (let count = 0; count < 5; count += 1) ids.push(await publishTo(redis.client, 'a', `event ${count}`));
  await stream.waitFor(() => stream.events.some(({id}) => id === ids.at(-1)), 'the last event');
  const got = stream.events.filter(({event}) => !event.startsWith('stream-')).map(({id}) => id);
  assert.deepEqual(got, ids);
  stream.close();
});

test('the time leaps ahead by more than the TTL and back: an expired ring is no proof that nothing came', async (t) => {
  const clock = await startShiftedClock(t);
  const redis = await startRedis(t, {env: clock.env});
  const [one, two] = await Promise.all(['one', 'two'].map((instance) => startFreshetd(t, {redis: redis.url, instance})));
  const before = await one.stream('channel=a');
  const {id: cursor} = await before.opening();
  before.close();
  await publishTo(redis.client, 'a', 'missed');
  clock.set(7200);
  await until(async () => await redis.client.exists('freshet:ring:a') === 0, 'the ring to expire');
  await marked(redis);
  clock.set(0);
  const after = await two.stream('channel=a', {lastEventId: cursor});
  const opening = await after.opening();
  assert.equal(opening.event, 'stream-reset');
  assert.deepEqual(JSON.parse(opening.data), {reason: 'expired', channels: ['a']});
  after.close();
});

test('a failover to a replica and back by hand: what the first server never published is told', async (t) => {
  const [a, b] = await Promise.all([0, 1].map(() => startRedis(t, {functions: false, args: ['--repl-diskless-sync-delay', '0']})));
  await a.loadFunctions();
  const follows = async (server, primary) => {
    await server.client.call('REPLICAOF', '127.0.0.1', primary.port);
    await until(async () => /master_link_status:up/.test(await server.client.info('replication')), 'the replica to follow');
  };
  await follows(b, a);
  const daemon = await startFreshetd(t, {redis: a.url});
  const stream = await daemon.stream('channel=a&channel=b');
  await stream.opening();
  await arrives(a, stream, 'a', 'first');
  await b.client.call('REPLICAOF', 'NO', 'ONE');
  await publishTo(b.client, 'a', 'missed');
  const probes = await a.listen('freshet:!probe:*');
  await until(async () => (await probes.drain()).length > 0, 'the first server to take a mark');
  await follows(a, b);
  const later = await publishTo(b.client, 'b', 'later');
  await daemon.notReady(/replica/);
  await a.client.call('REPLICAOF', 'NO', 'ONE');
  await b.client.call('REPLICAOF', '127.0.0.1', a.port);
  await daemon.ready();
  await arrives(a, stream, 'b', 'last');
  const got = stream.events.map(({event, data}) => (event === 'stream-reset' ? event : data));
  const told = got.includes('missed') || got.includes('stream-reset');
  assert.ok(told, `${later}: ${JSON.stringify(got)}`);
  stream.close();
});
