// GET /events with the memory backplane: the response head, connections, the opening and replay, slow readers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {endpointOf, RawSocket} from '../support/http.mjs';
import {SseClient} from '../support/sse.mjs';
import {within} from '../support/wait.mjs';

const retryIsAround = (ms, wanted) => assert.ok(ms >= wanted / 2 && ms <= wanted * 2, `retry ${ms} is not around ${wanted}`);

function assertStreamHead(headers) {
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.equal(headers['cache-control'], 'no-cache, no-transform');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['content-length'], undefined);
}

/** Publishes data of a random size at once, `count` times; returns [{id, data}]. */
async function publishMany(daemon, channel, count) {
  const sent = [];
  for (let index = 0; index < count; index += 1) {
    const data = `${channel} ${index}`;
    sent.push({id: await daemon.publish(channel, data), data});
  }
  return sent;
}

const idsAndData = (events) => events.map(({id, data}) => ({id, data}));

test('the response head', async (t) => {
  const daemon = await startFreshetd(t);

  await t.test('of GET: exactly the promised headers, chunked', async () => {
    const stream = await daemon.stream('channel=head');
    assert.equal(stream.status, 200);
    assertStreamHead(stream.headers);
    assert.equal(stream.headers['transfer-encoding'], 'chunked');
    assert.equal(stream.headers['access-control-allow-origin'], undefined);
    stream.close();
  });

  await t.test('of HEAD: the same headers, no body, and the connection goes on', async () => {
    const raw = await RawSocket.open(daemon.urls.public[0]);
    raw.write('HEAD /events?channel=head HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.match(/HTTP\/1\.1 404 /);
    const [head, rest] = raw.text.split('\r\n\r\n', 2);
    assert.match(head, /^HTTP\/1\.1 200 /);
    assert.match(head, /\r\nContent-Type: text\/event-stream(\r\n|$)/i);
    assert.match(head, /\r\nCache-Control: no-cache, no-transform(\r\n|$)/i);
    assert.match(head, /\r\nX-Accel-Buffering: no(\r\n|$)/i);
    assert.match(rest, /^HTTP\/1\.1 404 /);
    raw.close();
  });

  await t.test('of OPTIONS: the allowed methods', async () => {
    const reply = await daemon.public('/events?channel=head', {method: 'OPTIONS'});
    assert.equal(reply.status, 204);
    assert.match(reply.headers.allow, /GET/);
    assert.equal(reply.text, '');
  });

  await t.test('to HTTP/1.0: not chunked, the body ends with the connection', async () => {
    const raw = await RawSocket.open(daemon.urls.public[0]);
    raw.write('GET /events?channel=old HTTP/1.0\r\n\r\n');
    await raw.match(/stream-cursor/);
    const [head, body] = raw.text.split(/\r\n\r\n/);
    assert.match(head, /^HTTP\/1\.[01] 200 /);
    assert.doesNotMatch(head, /transfer-encoding/i);
    assert.match(body, /^retry: \d+\n\n/);
    const id = await daemon.publish('old', 'hello');
    await raw.match(new RegExp(`\nid: ${id}\ndata: hello\n\n$`));
    raw.close();
  });
});

test('connections', async (t) => {
  const daemon = await startFreshetd(t);

  await t.test('two 404s and then a stream may be pipelined', async () => {
    const raw = await RawSocket.open(daemon.urls.public[0]);
    const get = (target) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    raw.write(get('/one') + get('/two') + get('/events?channel=pipe'));
    await raw.match(/stream-cursor/);
    assert.deepEqual([...raw.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => match[1]), ['404', '404', '200']);
    raw.close();
  });

  await t.test('two publishes may be pipelined on the operations listener', async () => {
    const raw = await RawSocket.open(daemon.urls.ops[0]);
    const publish = (data) =>
      `POST /publish?channel=pipe HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${data.length}\r\n\r\n${data}`;
    raw.write(publish('first') + publish('second'));
    await raw.match(/"id"[^]*"id"/);
    const ids = [...raw.text.matchAll(/\{"id":"(\d+)"\}/g)].map((match) => BigInt(match[1]));
    assert.equal(ids.length, 2, raw.text);
    assert.ok(ids[0] < ids[1]);
    raw.close();
  });

  await t.test('stay open after an error that leaves the request readable', async () => {
    const agent = new http.Agent({keepAlive: true, maxSockets: 1});
    const ports = new Set();
    for (let round = 0; round < 3; round += 1) {
      await within(new Promise((resolve, reject) => {
        http.get({...endpointOf(daemon.urls.public[0]), path: '/nothing', agent}, (reply) => {
          ports.add(reply.socket.localPort);
          reply.resume().on('end', resolve);
        }).on('error', reject);
      }), 'a 404');
    }
    agent.destroy();
    assert.equal(ports.size, 1, 'all three requests used one connection');
  });
});

test('the opening of a stream', async (t) => {
  const daemon = await startFreshetd(t, {config: {backplane: {history: {events: 8}}}});

  await t.test('begins with a retry, jittered', async () => {
    const retries = new Set();
    for (let round = 0; round < 10; round += 1) {
      const stream = await daemon.stream('channel=retry');
      await stream.opening();
      assert.match(stream.text, /^retry: \d+\n\n/);
      assert.equal(stream.retries.length, 1);
      retryIsAround(stream.retries[0], 3000);
      retries.add(stream.retries[0]);
      stream.close();
    }
    assert.ok(retries.size > 1, 'ten streams were told the same retry');
  });

  await t.test('without a cursor is fresh and gives an id', async () => {
    const stream = await daemon.stream('channel=fresh');
    const opening = await stream.opening();
    assert.equal(opening.event, 'stream-cursor');
    assert.deepEqual(opening.json, {resume: 'fresh'});
    const id = await daemon.publish('fresh', 'live');
    const event = await stream.next();
    assert.deepEqual([event.id, event.event, event.data], [id, 'message', 'live']);
    assert.ok(BigInt(opening.id) < BigInt(id));
    stream.close();
  });

  await t.test('an id reads as a time in microseconds', async () => {
    const id = Number(await daemon.publish('time', 'now'));
    assert.ok(Math.abs(id / 1000 - Date.now()) < 60_000, `${id}`);
  });

  await t.test('with a cursor is complete, repeats it, replays in order, and goes on live', async () => {
    const first = await daemon.stream('channel=again');
    const {id: cursor} = await first.opening();
    first.close();
    const sent = await publishMany(daemon, 'again', 5);
    const second = await daemon.stream('channel=again', {lastEventId: cursor});
    const opening = await second.opening();
    assert.deepEqual([opening.event, opening.json, opening.id], ['stream-cursor', {resume: 'complete'}, cursor]);
    await second.collect(5);
    sent.push({id: await daemon.publish('again', 'live'), data: 'live'});
    assert.deepEqual(idsAndData(await second.collect(6)), sent);
    second.close();
    const third = await daemon.stream('channel=again', {lastEventId: sent[3].id});
    await third.opening();
    assert.deepEqual(idsAndData(await third.collect(2)), sent.slice(4));
    third.close();
  });

  await t.test('a cursor resumes several channels in the order of their ids', async () => {
    const first = await daemon.stream('channel=left&channel=right');
    const {id: cursor} = await first.opening();
    first.close();
    const sent = [];
    for (const channel of ['left', 'right', 'right', 'left', 'right']) sent.push(await daemon.publish(channel, channel));
    const second = await daemon.stream('channel=right&channel=left', {lastEventId: cursor});
    assert.deepEqual((await second.opening()).json, {resume: 'complete'});
    assert.deepEqual((await second.collect(5)).map((event) => event.id), sent);
    second.close();
  });

  for (const name of ['last_event_id', 'lastEventId', 'lastEventID']) {
    await t.test(`the cursor may come as ?${name}=, and the header wins over it`, async () => {
      const sent = await publishMany(daemon, `query-${name}`, 3);
      const byQuery = await daemon.stream(`channel=query-${name}&${name}=${sent[0].id}`);
      assert.equal((await byQuery.opening()).id, sent[0].id);
      assert.deepEqual(idsAndData(await byQuery.collect(2)), sent.slice(1));
      byQuery.close();
      const byHeader = await daemon.stream(`channel=query-${name}&${name}=${sent[0].id}`, {lastEventId: sent[1].id});
      assert.equal((await byHeader.opening()).id, sent[1].id);
      assert.deepEqual(idsAndData(await byHeader.collect(1)), sent.slice(2));
      byHeader.close();
    });
  }

  await t.test('an empty cursor is none', async () => {
    const stream = await daemon.stream('channel=none&last_event_id=');
    assert.deepEqual((await stream.opening()).json, {resume: 'fresh'});
    stream.close();
  });

  await t.test('earliest gives everything that the ring still has', async () => {
    const sent = await publishMany(daemon, 'early', 10);
    const stream = await daemon.stream('channel=early&last_event_id=earliest');
    const opening = await stream.opening();
    assert.deepEqual([opening.event, opening.json], ['stream-cursor', {resume: 'earliest'}]);
    assert.deepEqual(idsAndData(await stream.collect(8)), sent.slice(2));
    assert.equal(BigInt(opening.id), BigInt(sent[2].id) - 1n);
    stream.close();
  });

  await t.test('a cursor that the ring cannot prove is reset, naming only the channels concerned', async () => {
    const quiet = await daemon.publish('quiet', 'q');
    const sent = await publishMany(daemon, 'busy', 10);
    const stream = await daemon.stream('channel=busy&channel=quiet', {lastEventId: quiet});
    const opening = await stream.opening();
    assert.equal(opening.event, 'stream-reset');
    assert.deepEqual(opening.json, {reason: 'trimmed', channels: ['busy']});
    assert.deepEqual(idsAndData(await stream.collect(8)), sent.slice(2));
    assert.ok(BigInt(opening.id) < BigInt(sent[2].id), 'the id of the reset lies below every event that follows');
    stream.close();
  });

  const future = String((Date.now() + 3_600_000) * 1000);
  for (const [what, cursor] of Object.entries({
    'of letters': 'abc', 'of 20 digits': '99999999999999999999', 'of 30 digits': '9'.repeat(30), 'from the future': future,
    'with a sign': '-5', 'with a fraction': '1.5', 'in hexadecimal': '0x10',
  })) {
    await t.test(`a cursor ${what} is reset as unknown`, async () => {
      const sent = await publishMany(daemon, 'unknown', 2);
      const stream = await daemon.stream('channel=unknown', {lastEventId: cursor});
      const opening = await stream.opening();
      assert.equal(opening.event, 'stream-reset');
      assert.deepEqual(opening.json, {reason: 'unknown-id', channels: ['unknown']});
      const ring = await stream.waitFor(() => stream.messages.at(-1)?.id === sent[1].id && stream.messages, 'the ring');
      assert.ok(ring.every((event) => BigInt(event.id) > BigInt(opening.id)));
      stream.close();
    });
  }

  await t.test('happens once: nobody gets two opening events', async () => {
    const stream = await daemon.stream('channel=once');
    await stream.opening();
    await daemon.publish('once', 'x');
    await stream.next();
    assert.equal(stream.controls.length, 1);
    stream.close();
  });
});

test('channels of a request', async (t) => {
  const daemon = await startFreshetd(t);

  await t.test('are percent-decoded, and repeats count once', async () => {
    const stream = await daemon.stream('channel=user%3A42&channel=user:42&channel=a%2Bb');
    await stream.opening();
    const ids = [await daemon.publish('user:42', '1'), await daemon.publish('a+b', '2')];
    assert.deepEqual((await stream.collect(2)).map((event) => event.id), ids);
    assert.equal(stream.messages.length, 2);
    stream.close();
  });

  await t.test('may have every byte that is allowed, and 200 of them', async () => {
    for (const name of ["AZaz09_-.:/@~=+,", 'x'.repeat(200)]) {
      const stream = await daemon.stream(`channel=${encodeURIComponent(name)}`);
      assert.equal(stream.status, 200);
      await stream.opening();
      const id = await daemon.publish(name, 'here');
      assert.equal((await stream.next()).id, id);
      stream.close();
    }
  });

  await t.test('are compared byte by byte', async () => {
    const stream = await daemon.stream('channel=Case');
    await stream.opening();
    await daemon.publish('case', 'no');
    const id = await daemon.publish('Case', 'yes');
    assert.equal((await stream.next()).id, id);
    assert.equal(stream.messages.length, 1);
    stream.close();
  });
});

test('listeners', async (t) => {
  const folder = temporaryFolder(t);
  const socket = path.join(folder, 'freshet.sock');
  const hasIpv6 = Object.values(os.networkInterfaces()).flat().some((each) => each.address === '::1');
  const listen = ['127.0.0.1:0', `unix:${socket}`, ...(hasIpv6 ? ['[::1]:0'] : [])];
  const daemon = await startFreshetd(t, {listen, opsListen: `unix:${path.join(folder, 'ops.sock')}`});
  assert.equal(daemon.urls.public.length, listen.length);

  for (const url of daemon.urls.public) {
    await t.test(`${url.replace(folder, '…').replace(/\d+$/, 'PORT')} streams`, async () => {
      const stream = await new SseClient(url, '/events?channel=listeners').opened();
      await stream.opening();
      const id = await daemon.publish('listeners', 'hello');
      assert.equal((await stream.next()).id, id);
      stream.close();
    });
  }

  await t.test('a unix socket is for owner and group', () => {
    assert.equal((fs.statSync(socket).mode & 0o777).toString(8), '660');
  });

  await t.test('a socket file that a dead process left is no obstacle', async () => {
    const left = path.join(folder, 'left.sock');
    const first = await startFreshetd(t, {listen: [`unix:${left}`], instance: 'first'});
    await first.kill9();
    assert.ok(fs.existsSync(left));
    const second = await startFreshetd(t, {listen: [`unix:${left}`], instance: 'second'});
    await second.stop();
    assert.ok(!fs.existsSync(left), 'a clean end takes the socket file away');
  });
});

test('a slow reader is closed, nobody else waits, and nothing is lost', async (t) => {
  const daemon = await startFreshetd(t, {config: {
    limits: {buffer_per_connection: '256KiB'}, backplane: {history: {events: 1000}}}});
  const reader = await daemon.stream('channel=slow');
  const {id: cursor} = await reader.opening();
  const slow = await RawSocket.open(daemon.urls.public[0]);
  slow.write(`GET /events?channel=slow HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: ${cursor}\r\n\r\n`);
  await slow.match(/stream-cursor/);
  slow.socket.pause();
  const sent = [];
  let dropped = 0;
  // The kernel of the reading side takes some megabytes before the daemon sees that nobody reads.
  for (let round = 0; round < 400 && !dropped; round += 1) {
    sent.push(await daemon.publish('slow', `${round} ${'x'.repeat(50_000)}`));
    dropped = await daemon.metric('freshet_disconnects_total', {reason: 'slow'});
  }
  assert.equal(dropped, 1, 'the slow reader was closed');
  assert.deepEqual((await reader.collect(sent.length)).map((event) => event.id), sent);
  reader.close();
  slow.socket.resume();
  await slow.end();
  const had = [...slow.text.matchAll(/\nid: (\d+)\n[^]*?\n\n/g)].map((match) => match[1]);
  assert.ok(had.length < sent.length, 'it missed something');
  const back = await daemon.stream('channel=slow', {lastEventId: had.at(-1) ?? cursor});
  assert.deepEqual((await back.opening()).json, {resume: 'complete'});
  const rest = sent.slice(sent.indexOf(had.at(-1)) + 1);
  // Larger than the bound of a client's buffer: paced by its reading, never cut off.
  assert.deepEqual((await back.collect(rest.length)).map((event) => event.id), rest);
  back.close();
});
