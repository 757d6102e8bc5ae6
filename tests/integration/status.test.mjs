// What the operations listener says of its process: /status, once and as a stream; and /events, any channel for operators.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {SseClient} from '../support/sse.mjs';
import {Signer, bearer, keep, secondsFromNow} from '../support/tokens.mjs';
import {until} from '../support/wait.mjs';

const statusOf = async (daemon) => JSON.parse((await daemon.ops('/status')).text);

/** A stream of the operations listener. */
async function opsStream(daemon, target, options) {
  const stream = new SseClient(daemon.urls.ops[0], target, options);
  await stream.opened();
  return stream;
}

const nextStatus = async (stream) => JSON.parse((await stream.next()).data);

/** The status of a request for a stream that is refused. */
const refusal = async (daemon, target, headers = {}) => (await daemon.ops(target, {headers: {Accept: 'text/event-stream', ...headers}})).status;

test('the status', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const config = {limits: {connections: 50}, backplane: {history: {events: 64, ttl: '10m', max_event_bytes: '1KiB'}}};
  const daemon = await startFreshetd(t, {redis: redis.url, instance: 'web-1', config});

  await t.test('says who is speaking, and that it is ready', async () => {
    const reply = await daemon.ops('/status');
    assert.equal(reply.headers['content-type'], 'application/json');
    assert.equal(reply.headers['cache-control'], 'no-store');
    const status = JSON.parse(reply.text);
    assert.equal(status.instance, 'web-1');
    assert.match(status.version, /^\d+\.\d+\.\d+/);
    assert.equal(status.pid, daemon.pid);
    assert.match(status.started_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Math.abs(Date.parse(status.started_at) + status.uptime_seconds * 1000 - Date.now()) < 5000, reply.text);
    assert.deepEqual([status.state, status.reason], ['ready', null]);
    assert.deepEqual(status.connections, {open: 0, limit: 50});
    assert.ok(status.memory_bytes > 1e6);
    const {backplane: {type, up, reconnects, probe_seconds: probe, history}} = status;
    assert.deepEqual({type, up, reconnects, history}, {
      type: 'redis', up: {subscriber: true, command: true}, reconnects: 0,
      history: {events: 64, ttl_seconds: 600, max_event_bytes: 1024},
    });
    assert.ok(probe >= 0 && probe < 5);
  });

  await t.test('counts since the start, every kind from the beginning', async () => {
    const before = await statusOf(daemon);
    const stream = await daemon.stream('channel=counted');
    await stream.opening();
    for (let index = 0; index < 3; index += 1) await publishTo(redis.client, 'counted', `event ${index}`);
    await redis.client.publish('freshet:counted', 'live');
    await stream.collect(4);
    assert.equal((await daemon.public('/events')).status, 400);
    const {totals, connections, subscriptions, publish_to_write_seconds: latency} = await statusOf(daemon);
    assert.equal(connections.open, 1);
    assert.equal(subscriptions, 1);
    assert.deepEqual(totals.connections, {...before.totals.connections, stream: 1, invalid: 1});
    assert.deepEqual(totals.events_received, {durable: 3, live: 1});
    assert.equal(totals.events_sent, 4);
    assert.ok(totals.bytes_sent > before.totals.bytes_sent);
    assert.equal(totals.resumes.fresh, 1);
    for (const kind of ['disconnects', 'resets', 'shed', 'auth_failures', 'records_rejected']) {
      assert.ok(Object.keys(totals[kind]).length > 2 && Object.values(totals[kind]).every((value) => value === 0), kind);
    }
    assert.equal(totals.gaps, 0);
    assert.ok(latency.count <= 3, 'ids of a young dataset run ahead of the time, and are left out');
    const counts = latency.buckets.map(([, count]) => count);
    assert.deepEqual(counts, [...counts].sort((a, b) => a - b), 'they are cumulative');
    assert.ok(latency.buckets.every(([bound]) => typeof bound === 'number'));
    stream.close();
    await until(async () => (await statusOf(daemon)).totals.disconnects.client === 1, 'the stream to end');
  });

  await t.test('is a stream for who asks for one, each second, without being counted as one', async () => {
    const stream = await opsStream(daemon, '/status');
    assert.equal(stream.headers['content-type'], 'text/event-stream');
    const [first, second, third] = [await nextStatus(stream), await nextStatus(stream), await nextStatus(stream)];
    assert.ok(stream.events.every(({event, id}) => event === 'status' && id === undefined));
    assert.equal(first.connections.open, 0);
    for (const [earlier, later] of [[first, second], [second, third]]) {
      const apart = later.uptime_seconds - earlier.uptime_seconds;
      assert.ok(apart > 0.5 && apart < 10, `${apart} s`);
    }
    assert.deepEqual(third.totals.connections, first.totals.connections);
    stream.close();
    assert.equal((await daemon.ops('/status', {headers: {Accept: '*/*'}})).headers['content-type'], 'application/json');
  });

  await t.test('says on the stream when Redis goes, and when it is back', async () => {
    const stream = await opsStream(daemon, '/status');
    await redis.kill9();
    let status = await nextStatus(stream);
    while (status.state !== 'waiting' || status.backplane.up.command) status = await nextStatus(stream);
    assert.match(status.reason, /redis/);
    assert.deepEqual(status.backplane.up, {subscriber: false, command: false});
    await redis.start();
    while (status.state !== 'ready') status = await nextStatus(stream);
    assert.deepEqual(status.backplane.up, {subscriber: true, command: true});
    assert.ok(status.backplane.reconnects >= 2);
    stream.close();
  });

  await t.test('is never on the public listener', async () => {
    assert.equal((await daemon.public('/status')).status, 404);
  });

  await t.test('takes GET and HEAD', async () => {
    assert.equal((await daemon.ops('/status', {method: 'HEAD'})).status, 200);
    assert.equal((await daemon.ops('/status', {method: 'POST'})).status, 405);
  });
});

test('a draining process says so until its end', async (t) => {
  const daemon = await startFreshetd(t, {config: {drain: {period: '1500ms'}}});
  const client = await daemon.stream('channel=a');
  const stream = await opsStream(daemon, '/status');
  const watcher = await opsStream(daemon, '/events?channel=a');
  await watcher.opening();
  daemon.signal('SIGTERM');
  let status = await nextStatus(stream);
  while (status.state !== 'draining') status = await nextStatus(stream);
  assert.equal(status.reason, 'draining');
  await client.end();
  await Promise.all([stream.end(), watcher.end()]);
  assert.equal(stream.error, undefined, 'it ended cleanly');
  daemon.stopped = true;
  assert.deepEqual(await daemon.program.exit(), {code: 0, signal: null});
});

test('events for operators', async (t) => {
  const daemon = await startFreshetd(t, {dev: false, config: {
    auth: {public_channels: ['open']}, limits: {connections: 3, channels_per_connection: 4}, streams: {retry: '200ms'}}});

  await t.test('are those of any channel, public or not', async () => {
    assert.equal((await daemon.public('/events?channel=secret', {headers: {Accept: 'text/event-stream'}})).status, 401);
    const stream = await opsStream(daemon, '/events?channel=secret&channel=other');
    const {event, data} = await stream.opening();
    assert.deepEqual([event, data], ['stream-cursor', '{"resume":"fresh"}']);
    const id = await daemon.publish('secret', 'hello', {event: 'greeting'});
    const got = await stream.next();
    assert.deepEqual([got.id, got.event, got.data], [id, 'greeting', 'hello']);
    stream.close();
  });

  await t.test('resume, and begin at the earliest', async () => {
    const ids = [];
    for (const data of ['a', 'b', 'c']) ids.push(await daemon.publish('resumed', data));
    const resumed = await opsStream(daemon, '/events?channel=resumed', {lastEventId: ids[0]});
    assert.deepEqual((await resumed.collect(2)).map(({id}) => id), ids.slice(1));
    const earliest = await opsStream(daemon, '/events?channel=resumed&last_event_id=earliest');
    assert.deepEqual((await earliest.collect(3)).map(({id}) => id), ids);
    resumed.close();
    earliest.close();
  });

  await t.test('need valid channels', async () => {
    for (const query of ['', 'channel=', 'channel=b%20ad', 'channel=@me', 'channel=a&channel=b&channel=c&channel=d&channel=e']) {
      assert.equal(await refusal(daemon, `/events?${query}`), 400, query);
    }
    assert.equal((await daemon.ops('/events?channel=a', {headers: {Accept: 'text/html'}})).status, 406);
    assert.equal((await daemon.ops('/events?channel=a', {method: 'POST'})).status, 405);
  });

  await t.test('are not counted among the connections, but share their limit', async () => {
    const watcher = await opsStream(daemon, '/events?channel=open');
    assert.deepEqual((await statusOf(daemon)).connections, {open: 0, limit: 3});
    const streams = [];
    for (let index = 0; index < 3; index += 1) streams.push(await daemon.stream('channel=open'));
    const full = await daemon.ops('/events?channel=open', {headers: {Accept: 'text/event-stream'}});
    assert.equal(full.status, 200);
    assert.match(full.text, /^retry: \d+\n\n$/);
    const status = await statusOf(daemon);
    assert.deepEqual([status.connections, status.totals.shed.connections], [{open: 3, limit: 3}, 1]);
    for (const stream of [watcher, ...streams]) stream.close();
    await until(async () => (await statusOf(daemon)).connections.open === 0, 'the streams to end');
  });

  await t.test('are opened for no page of another site, and neither is the status', async () => {
    for (const target of ['/events?channel=a', '/status']) {
      for (const headers of [{'Sec-Fetch-Site': 'cross-site'}, {'Sec-Fetch-Site': 'same-site'}, {Origin: 'https://evil.example'}, {Origin: 'null'}]) {
        assert.equal(await refusal(daemon, target, headers), 403, JSON.stringify(headers));
      }
      for (const headers of [{'Sec-Fetch-Site': 'same-origin'}, {Origin: daemon.urls.ops[0]}, {'Sec-Fetch-Site': 'none'}]) {
        const stream = await opsStream(daemon, target, {headers});
        assert.equal(stream.status, 200, JSON.stringify(headers));
        stream.close();
      }
      assert.equal(await refusal(daemon, target, {Host: 'evil.example'}), 403);
    }
  });
});

test('where there are keys, status and events need one', async (t) => {
  const [all, news] = ['all', 'news'].map((name) => `${name}-${crypto.randomBytes(18).toString('base64url')}`);
  const line = (key, glob) => `${key.split('-')[0]} sha256:${crypto.createHash('sha256').update(key).digest('hex')} ${glob}\n`;
  const file = keep(temporaryFolder(t), 'publish.keys', line(all, '*') + line(news, 'news'));
  const daemon = await startFreshetd(t, {dev: false, opsListen: '0.0.0.0:0', config: {ops: {publish_keys_file: file}}});
  for (const target of ['/status', '/events?channel=news']) {
    const reply = await daemon.ops(target, {headers: {Accept: 'text/event-stream'}});
    assert.equal(reply.status, 401);
    assert.match(reply.headers['www-authenticate'], /^Bearer realm="freshet-ops"/);
    assert.equal(await refusal(daemon, target, bearer('wrong')), 401);
    for (const key of [all, news]) {
      const stream = await opsStream(daemon, target, {headers: bearer(key)});
      assert.equal(stream.status, 200);
      stream.close();
    }
  }
  assert.equal((await daemon.ops('/status')).status, 401);
  assert.equal(await refusal(daemon, '/events?channel=news&channel=user:1', bearer(news)), 403);
});

test('a stream ends with the token that let it in', async (t) => {
  const signer = new Signer('HS256');
  const config = {auth: {jwt: {secret_file: keep(temporaryFolder(t), 'secret', String(signer.privateKey)), leeway: '1s'}, expiring_notice: '0s'}};
  const daemon = await startFreshetd(t, {dev: false, opsListen: '0.0.0.0:0', config});
  const token = await signer.sign({exp: secondsFromNow(4), freshet: {publish: ['news']}});
  const streams = await Promise.all(['/status', '/events?channel=news'].map((target) => opsStream(daemon, target, {headers: bearer(token)})));
  await Promise.all(streams.map((stream) => stream.end()));
  for (const stream of streams) assert.deepEqual([stream.status, stream.error], [200, undefined], 'cleanly');
  assert.equal(await refusal(daemon, '/status', bearer(token)), 401);
});

test('on a listener that other machines reach, without keys, both stay off', async (t) => {
  const daemon = await startFreshetd(t, {dev: false, opsListen: '0.0.0.0:0'});
  assert.equal(await refusal(daemon, '/status'), 401);
  assert.equal(await refusal(daemon, '/events?channel=a'), 401);
  assert.equal((await daemon.ops('/')).status, 200, 'the page itself is static');
});
