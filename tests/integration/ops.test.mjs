// The operations listener: health, metrics, publishing, and what keeps web pages out.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {rawStatus} from '../support/http.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const metricNames = {
  freshet_connections: 'gauge', freshet_connections_total: 'counter', freshet_disconnects_total: 'counter',
  freshet_subscriptions: 'gauge', freshet_events_received_total: 'counter', freshet_events_sent_total: 'counter',
  freshet_bytes_sent_total: 'counter', freshet_publish_to_write_seconds: 'histogram', freshet_fanout_seconds: 'histogram',
  freshet_replayed_events_total: 'counter', freshet_resumes_total: 'counter', freshet_gaps_total: 'counter',
  freshet_buffered_bytes: 'gauge', freshet_redis_up: 'gauge', freshet_redis_reconnects_total: 'counter',
  freshet_probe_seconds: undefined, freshet_auth_failures_total: 'counter', freshet_shed_total: 'counter',
  freshet_loop_lag_seconds: undefined, freshet_build_info: 'gauge', freshet_records_rejected_total: 'counter',
};

/** Parses the text format strictly: Map of family to {type, help, samples: [{name, labels, value}]}. */
function parseExposition(text) {
  const families = new Map();
  let family;
  assert.ok(text.endsWith('\n'), 'the last line ends');
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = line.match(/^# (HELP|TYPE) (\S+) (.*)$/);
    if (comment) {
      const [, kind, name, rest] = comment;
      if (!families.has(name)) families.set(name, {samples: []});
      family = families.get(name);
      family[kind.toLowerCase()] = rest;
      continue;
    }
    const sample = line.match(/^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)(?: \d+)?$/);
    assert.ok(sample, `not a sample: ${line}`);
    const [, name, labels = '', value] = sample;
    const number = Number(value.replace('Inf', 'Infinity'));
    assert.ok(!Number.isNaN(number) || value === 'NaN' || value === 'Nan', `not a number: ${line}`);
    const base = name.replace(/_(bucket|sum|count)$/, '');
    family = families.get(name) ?? families.get(base);
    assert.ok(family?.type, `a sample before its TYPE: ${line}`);
    family.samples.push({name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((m) => [m[1], m[2]])), value: number});
  }
  return families;
}

test('health', async (t) => {
  const daemon = await startFreshetd(t);
  for (const target of ['/livez', '/readyz']) {
    const reply = await daemon.ops(target);
    assert.equal(reply.status, 200);
    assert.equal((await daemon.ops(target, {method: 'HEAD'})).status, 200);
    assert.equal((await daemon.public(target)).status, 404, 'never on the public listener');
  }
  assert.equal((await daemon.ops('/nothing')).status, 404);
  assert.equal((await daemon.ops('/livez', {method: 'DELETE'})).status, 405);
  assert.equal((await daemon.ops('/publish?channel=a')).status, 405);
});

test('metrics', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url});
  const stream = await daemon.stream('channel=m');
  await stream.opening();
  for (let index = 0; index < 3; index += 1) await daemon.publish('m', `event ${index}`);
  await daemon.publish('m', 'live', {live: 1});
  await stream.collect(4);
  const again = await daemon.stream('channel=m', {lastEventId: stream.messages[0].id});
  await again.collect(2);
  const reply = await daemon.ops('/metrics');
  assert.match(reply.headers['content-type'], /^text\/plain; *version=0\.0\.4/);
  const families = parseExposition(reply.text);

  for (const [name, type] of Object.entries(metricNames)) {
    await t.test(name, () => {
      const family = families.get(name);
      assert.ok(family, 'is there');
      assert.ok(family.help, 'has a help text');
      if (type) assert.equal(family.type, type);
      assert.ok(family.samples.length > 0, 'has a sample from the start');
    });
  }

  await t.test('tell what happened', () => {
    const value = (name, labels = {}) => families.get(name).samples
      .filter((sample) => Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted))
      .reduce((sum, sample) => sum + sample.value, 0);
    assert.equal(value('freshet_connections'), 2);
    assert.equal(value('freshet_subscriptions'), 1);
    assert.equal(value('freshet_events_received_total', {kind: 'durable'}), 3);
    assert.equal(value('freshet_events_received_total', {kind: 'live'}), 1);
    assert.equal(value('freshet_replayed_events_total'), 2);
    assert.ok(value('freshet_events_sent_total') >= 6);
    assert.ok(value('freshet_bytes_sent_total') > 200);
    assert.equal(value('freshet_build_info'), 1);
    assert.ok(families.get('freshet_redis_up').samples.every((sample) => sample.value === 1 && sample.labels.connection));
    assert.equal(value('freshet_gaps_total'), 0);
  });

  await t.test('the histogram of the way from publish to write has the promised buckets', () => {
    const bounds = families.get('freshet_publish_to_write_seconds').samples.filter((sample) => sample.name.endsWith('_bucket'))
      .map((sample) => Number(sample.labels.le.replace('+Inf', 'Infinity')));
    for (const bound of [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, Infinity]) assert.ok(bounds.includes(bound), `${bound} in ${bounds}`);
    assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
  });

  stream.close();
  again.close();
});

test('publishing', async (t) => {
  const daemon = await startFreshetd(t);
  const publish = async (query, {body = 'x', ...options} = {}) => {
    const reply = await daemon.ops(`/publish?${query}`, {method: 'POST', body, ...options});
    return {...reply, json: reply.text.startsWith('{') ? JSON.parse(reply.text) : undefined};
  };

  await t.test('to one channel gives its id as a string', async () => {
    const reply = await publish('channel=one');
    assert.equal(reply.status, 200);
    assert.match(reply.headers['content-type'], /^application\/json/);
    assert.deepEqual(Object.keys(reply.json), ['id']);
    assert.match(reply.json.id, /^\d+$/);
  });

  await t.test('to many channels gives one id for each, without errors when there are none', async () => {
    const reply = await publish('channel=a&channel=b&channel=c');
    assert.equal(reply.status, 200);
    assert.deepEqual(Object.keys(reply.json), ['ids']);
    assert.deepEqual(Object.keys(reply.json.ids).sort(), ['a', 'b', 'c']);
    assert.equal(new Set(Object.values(reply.json.ids)).size, 3);
  });

  await t.test('to many channels, some bad: the others succeed', async () => {
    const reply = await publish('channel=good&channel=b%20ad');
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(Object.keys(reply.json.ids), ['good']);
    assert.deepEqual(Object.keys(reply.json.errors), ['b ad']);
    assert.equal(typeof reply.json.errors['b ad'], 'string');
  });

  await t.test('to many channels, all bad: 400', async () => {
    assert.equal((await publish('channel=a%20&channel=b%20')).status, 400);
  });

  await t.test('live=1 gives no id and leaves no trace', async () => {
    const reply = await publish('channel=live&live=1');
    assert.deepEqual([reply.status, reply.json], [200, {id: null}]);
    const stream = await daemon.stream('channel=live&last_event_id=earliest');
    await stream.opening();
    const {json: {id}} = await publish('channel=live');
    assert.equal((await stream.next()).id, id);
    assert.equal(stream.messages.length, 1);
    stream.close();
  });

  await t.test('with the same key twice: one event, the same id', async () => {
    const stream = await daemon.stream('channel=key');
    await stream.opening();
    const first = await publish('channel=key&key=order-1', {body: 'first'});
    const second = await publish('channel=key&key=order-1', {body: 'second'});
    assert.deepEqual(first.json, second.json);
    const other = await publish('channel=key&key=order-2', {body: 'other'});
    assert.deepEqual((await stream.collect(2)).map(({id, data}) => [id, data]), [[first.json.id, 'first'], [other.json.id, 'other']]);
    stream.close();
  });

  await t.test('without a channel: 400', async () => assert.equal((await publish('')).status, 400));

  await t.test('nothing is an event, too', async () => {
    const stream = await daemon.stream('channel=empty');
    await stream.opening();
    const {json: {id}} = await publish('channel=empty', {body: ''});
    const event = await stream.next();
    assert.deepEqual([event.id, event.data], [id, '']);
    stream.close();
  });

  await t.test('in chunks', async () => {
    const stream = await daemon.stream('channel=chunks');
    await stream.opening();
    const {json: {id}} = await publish('channel=chunks', {body: 'chunked body', headers: {'Transfer-Encoding': 'chunked'}});
    assert.deepEqual([await stream.next()].map((event) => [event.id, event.data]), [[id, 'chunked body']]);
    stream.close();
  });

  await t.test('nothing without a word of its length is no event: 411', async () => {
    const last = await daemon.publish('bare', 'before');
    for (const version of ['1.0', '1.1']) {
      const head = `POST /publish?channel=bare HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
      assert.equal(await rawStatus(daemon.urls.ops[0], `${head}a body that ends with the connection`), 411);
    }
    const stream = await daemon.stream(`channel=bare&last_event_id=${last}`);
    const after = await daemon.publish('bare', 'after');
    assert.equal((await stream.next()).id, after, 'nothing was published in between');
    stream.close();
  });

  await t.test('options that Redis would refuse, or that mean nothing: 400', async () => {
    for (const query of ['key=', 'event=', 'live=', 'live=no', 'live=2', 'live=off', 'event=a&event=b', 'key=a&key=a', 'live=1&live=0']) {
      assert.equal((await publish(`channel=strict&${query}`)).status, 400, query);
    }
    assert.deepEqual((await publish('channel=strict&live')).json, {id: null});
    assert.match((await publish('channel=strict&live=false')).json.id, /^\d+$/);
  });

  await t.test('@me is nobody here: 400', async () => assert.equal((await publish('channel=%40me')).status, 400));

  await t.test('what does not fit: 413', async () => {
    assert.equal((await publish('channel=big', {body: 'x'.repeat(256 * 1024 + 1)})).status, 413);
  });

  await t.test('an Expect: 100-continue is answered', async () => {
    const reply = await publish('channel=expect', {headers: {Expect: '100-continue'}});
    assert.equal(reply.status, 200);
  });

  await t.test('what a process knows of a channel', async () => {
    const stream = await daemon.stream('channel=known');
    await stream.opening();
    const {json: {id}} = await publish('channel=known');
    await stream.next();
    const reply = await daemon.ops('/channels/known');
    assert.deepEqual(JSON.parse(reply.text), {subscribers: 1, last_id: id});
    stream.close();
  });
});

test('503 when Redis does not take it', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url});
  await redis.kill9();
  await daemon.notReady();
  const reply = await daemon.ops('/publish?channel=a', {method: 'POST', body: 'x'});
  assert.equal(reply.status, 503);
  assert.equal(reply.headers['content-type'], 'application/problem+json');
  const many = await daemon.ops('/publish?channel=a&channel=b', {method: 'POST', body: 'x'});
  assert.equal(many.status, 503);
});

test('504 when nobody knows whether Redis took it', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url});
  const stream = await daemon.stream('channel=unknown');
  await stream.opening();
  const publish = (query) => daemon.ops(`/publish?${query}`, {method: 'POST', body: 'x'});
  redis.program.signal('SIGSTOP');
  const replies = await Promise.all([publish('channel=unknown&key=once'), publish('channel=a&channel=b')]);
  redis.program.signal('SIGCONT');
  for (const {status, text} of replies) {
    assert.equal(status, 504, text);
    assert.match(text, /no reply to FCALL within 5 s \(the event may have been published all the same; another try with the same key is safe\)/);
  }
  await daemon.ready();
  const again = await publish('channel=unknown&key=once');
  assert.equal(again.status, 200);
  const last = await daemon.publish('unknown', 'the end');
  assert.deepEqual((await stream.collect(2)).map(({id}) => id), [JSON.parse(again.text).id, last], 'it came once');
  stream.close();
});

test('the largest event is what the dataset takes, whoever said so', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const history = (bytes) => ({backplane: {history: {max_event_bytes: bytes}}});
  const small = await startFreshetd(t, {redis: redis.url, config: history(1000)});
  await startFreshetd(t, {redis: redis.url, config: history(2000)});
  const publish = (size) => small.ops('/publish?channel=size', {method: 'POST', body: 'x'.repeat(size)});
  await until(async () => (await publish(1500)).status === 200, 'the limit of the other daemon to be adopted');
  assert.equal((await publish(2000)).status, 200);
  const {status, text} = await publish(2001);
  assert.equal(status, 413);
  assert.match(text, /2000/);
});

test('web pages are kept out', async (t) => {
  const daemon = await startFreshetd(t, {config: {ops: {hosts: ['ops.example']}}});
  const publish = async (headers) => (await daemon.ops('/publish?channel=a', {method: 'POST', body: 'x', headers})).status;
  const get = async (headers) => (await daemon.ops('/metrics', {headers})).status;
  const port = daemon.opsPort;

  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port + 1}`, 'http://localhost', `http://evil.example:${port}`,
    `http://127.0.0.1.evil.example:${port}`]) {
    await t.test(`a request that changes something, with the foreign Origin ${origin}: 403`, async () => {
      assert.equal(await publish({Origin: origin}), 403);
    });
  }

  await t.test('with a foreign Origin behind its own: 400', async () => {
    const head = `POST /publish?channel=a HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 1\r\nConnection: close\r\n`;
    const origins = `Origin: http://localhost:${port}\r\nOrigin: https://evil.example\r\n`;
    assert.equal(await rawStatus(daemon.urls.ops[0], `${head}${origins}\r\nx`), 400);
  });

  await t.test('with its own Origin, or none: 200', async () => {
    assert.equal(await publish({Origin: `http://127.0.0.1:${port}`}), 200);
    assert.equal(await publish({Origin: `http://localhost:${port}`, Host: `localhost:${port}`}), 200);
    assert.equal(await publish({}), 200);
  });

  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example', 'ops.example.evil.example']) {
    await t.test(`a request with the Host ${host}: 403`, async () => {
      assert.equal(await get({Host: host}), 403);
      assert.equal(await publish({Host: host}), 403);
    });
  }

  for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, '127.0.0.1', '[::1]:9080', '10.1.2.3', 'ops.example', 'OPS.example:1234']) {
    await t.test(`a request with the Host ${host}: 200`, async () => {
      assert.equal(await get({Host: host}), 200);
    });
  }
});
