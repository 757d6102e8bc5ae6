// The load test's own programs: sseload gets every event from freshetd and from the reference servers, finds what a bad
// server does wrong, and says all that in JSON.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {runSseload, startLimit} from '../support/loadtest.mjs';
import {startRedis} from '../support/redis.mjs';

const rightFaults = {missing: 0, repeated: 0, out_of_order: 0};
const streams = (url) => `${url}/events?channel={channel}`;

/** Asserts that a run found nothing wrong, and that what it reports hangs together. */
function assertRight({code, stderr, result}, {delivered, published}) {
  assert.equal(code, 0, `${stderr}\n${JSON.stringify(result?.faults)}`);
  assert.equal(result.ok, true);
  const {missing, repeated, out_of_order} = result.faults;
  assert.deepEqual({missing, repeated, out_of_order}, rightFaults);
  assert.deepEqual([result.published, result.delivered], [published, delivered]);
  assert.equal(result.faults.refused, 0);
  if (result.mode !== 'idle') {
    const {count, p50, p99, max} = result.latency_us;
    assert.ok(count <= delivered && p50 > 0 && p50 <= p99 && p99 <= max, JSON.stringify(result.latency_us));
    assert.equal(result.publisher.late_us.count, published);
  }
  if (result.server) {
    assert.ok(result.server.memory.connected.pss_bytes > 0);
    assert.ok(result.server.cpu_s >= 0 && result.connect.cpu_us_per_connection > 0);
  }
}

/** Every mode with n clients. `server` are the options that name it, `resume` says whether it replays. */
async function allModes(t, server, {n = 200, resume}) {
  const options = {...server, connections: n, rate: 200, settle: 0.1, ...(resume ? {} : {'no-resume': true})};
  await t.test('idle', async () => {
    const ended = await runSseload('idle', {...options, duration: 0.2});
    assertRight(ended, {published: 0, delivered: 0});
    assert.equal(ended.result.connect.latency_us.count, n);
  });
  await t.test('broadcast', async () => {
    assertRight(await runSseload('broadcast', {...options, events: 40}), {published: 40, delivered: 40 * n});
  });
  await t.test('broadcast in bursts', async () => {
    const ended = await runSseload('broadcast', {...options, events: 60, burst: 25});
    assertRight(ended, {published: 60, delivered: 60 * n});
    assert.equal(ended.result.burst.seconds.length, 3);
  });
  await t.test('per-user, as fast as it goes, from two processes', async () => {
    const ended = await runSseload('per-user', {...options, events: 5000, rate: 'max', processes: 2, publish: 'publish', size: 1000});
    assertRight(ended, {published: 5000, delivered: 5000});
  });
  await t.test('per-user, thousands a second', async () => {
    assertRight(await runSseload('per-user', {...options, events: 1000, rate: 2000}), {published: 1000, delivered: 1000});
  });
  await t.test('storm', async () => {
    const ended = await runSseload('storm', {...options, channels: 5, missed: 20, events: 10});
    assertRight(ended, {published: 10, delivered: 10 * n / 5});
    assert.equal(ended.result.storm.caught_up_us.count, n);
    assert.equal(ended.result.faults.disconnects, 0);
  });
  await t.test('slow', async () => {
    const ended = await runSseload('slow', {...options, stalled: 20, events: 40, size: 2000});
    assertRight(ended, {published: 40, delivered: 40 * (n - 20)});
  });
  await t.test('mixed', async () => {
    const ended = await runSseload('mixed', {...options, churn: 50, stalled: 10, events: 200});
    const {result} = ended;
    assert.equal(ended.code, 0, `${ended.stderr}\n${JSON.stringify(result?.faults)}`);
    // 20 events for those of the 100 on the shared channel that read, the other 180 for the others' own. One that was
    // away meanwhile gets them only from a server that replays, as do those that stalled, if their channel's turn came.
    if (resume) assert.ok(result.delivered > 20 * 90 && result.delivered <= 20 * 100 + 180, `${result.delivered} delivered`);
  });
}

test('sseload at freshetd', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url, listen: ['127.0.0.1:0', '127.0.0.1:0']});
  const url = daemon.urls.public.map(streams);
  await allModes(t, {url, redis: `127.0.0.1:${redis.port}`, pid: daemon.pid}, {resume: true});

  await t.test('publishing by POST', async () => {
    const publishing = {publish: 'post', 'publish-url': `${daemon.urls.ops[0]}/publish?channel={channel}`};
    assertRight(await runSseload('per-user', {url, ...publishing, events: 500, rate: 'max', settle: 0}), {published: 500, delivered: 500});
  });
});

test('sseload at freshetd on a unix socket', async (t) => {
  const socket = path.join(temporaryFolder(t), 'freshet.sock');
  const daemon = await startFreshetd(t, {listen: [`unix:${socket}`]});
  const file = path.join(temporaryFolder(t), 'result.json');
  const ended = await runSseload('broadcast', {
    url: `http://unix:${socket}:/events?channel={channel}&number={i}`, header: ['X-Client: {i}', 'X-Channel: {channel}'],
    publish: 'post', 'publish-url': `${daemon.urls.ops[0]}/publish?channel={channel}`, 'publish-header': 'X-Test: 1',
    events: 20, rate: 500, settle: 0, label: 'a socket',
  });
  assertRight(ended, {published: 20, delivered: 2000});
  assert.equal(ended.result.label, 'a socket');

  const table = await runSseload('idle', {url: `http://unix:${socket}:/events?channel={channel}`, duration: 0, settle: 0, json: file});
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^faults +missing 0/m);
  assert.equal(JSON.parse(fs.readFileSync(file, 'utf8')).mode, 'idle');
});

for (const args of [[], ['--coalescing']]) {
  test(`sseload at limit ${args.join(' ')}`, async (t) => {
    const redis = await startRedis(t);
    const limit = await startLimit(t, {redis, args});
    await allModes(t, {url: streams(limit.url), redis: `127.0.0.1:${redis.port}`, pid: limit.pid}, {resume: false});

    const onSocket = await startLimit(t, {redis, args, listen: `unix:${path.join(temporaryFolder(t), 'limit.sock')}`});
    await t.test('on a unix socket, which slow readers fill', async () => {
      const ended = await runSseload('slow', {
        url: `${onSocket.url}:/any?channel={channel}`, redis: `127.0.0.1:${redis.port}`, 'no-resume': true,
        events: 100, rate: 500, size: 8000, settle: 0,
      });
      assertRight(ended, {published: 100, delivered: 9000});
    });
  });
}

/** An SSE server that hands what is POSTed to it to all clients, by way of `deliver(event, number, send)`. */
async function startServer(t, deliver) {
  const clients = new Set();
  let number = 0;
  const server = http.createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, {'Content-Type': 'text/event-stream'});
      response.flushHeaders();
      clients.add(response);
      request.socket.on('error', () => {}).on('close', () => clients.delete(response));
      return;
    }
    let body = '';
    request.setEncoding('latin1').on('data', (text) => (body += text)).on('end', () => {
      deliver(`data: ${body}\n\n`, number++, (text) => clients.forEach((client) => client.write(text)));
      response.writeHead(201).end('taken');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${server.address().port}/`;
  return {url, publish: 'post', 'publish-url': url, connections: 10, events: 20, rate: 200, settle: 0};
}

test('sseload finds what a server does wrong', async (t) => {
  // Number 0 is the warm-up.
  await t.test('nothing', async () => {
    const server = await startServer(t, (event, number, send) => send(event));
    assertRight(await runSseload('broadcast', server), {published: 20, delivered: 200});
  });
  await t.test('an event in pieces', async () => {
    const server = await startServer(t, (event, number, send) => [...event.match(/[^]{1,7}/g)].forEach((piece) => send(piece)));
    assertRight(await runSseload('broadcast', server), {published: 20, delivered: 200});
  });
  await t.test('lost events, in the middle and at the end', async () => {
    const server = await startServer(t, (event, number, send) => [5, 6, 20].includes(number) || send(event));
    const {code, result} = await runSseload('broadcast', {...server, patience: 3});
    assert.deepEqual([code, result.ok, result.faults.missing, result.delivered], [1, false, 30, 170]);
  });
  await t.test('an event twice', async () => {
    const server = await startServer(t, (event, number, send) => send(number === 7 ? event + event : event));
    const {code, result} = await runSseload('broadcast', server);
    assert.deepEqual([code, result.faults.repeated, result.faults.missing, result.delivered], [1, 10, 0, 200]);
  });
  await t.test('two events swapped', async () => {
    let held = '';
    const server = await startServer(t, (event, number, send) => {
      if (number === 7) held = event;
      else send(number === 8 ? event + held : event);
    });
    const {code, result} = await runSseload('broadcast', server);
    assert.deepEqual([code, result.faults.out_of_order, result.faults.missing, result.delivered], [1, 10, 0, 200]);
  });
  await t.test('no replay after a storm', async () => {
    const server = await startServer(t, (event, number, send) => send(`id: ${number}\n${event}`));
    const {code, result} = await runSseload('storm', {...server, missed: 3, patience: 3});
    assert.deepEqual([code, result.faults.missing], [1, 30]);
  });
});

test('what makes a run impossible is told', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const limit = await startLimit(t, {redis});
  const options = {url: streams(limit.url), redis: `127.0.0.1:${redis.port}`, settle: 0, patience: 3};
  const failures = [
    ['broadcast', {...options, url: `${limit.url}/`}, 69, /only 0 of 100 streams opened; answers with status 400/],
    ['broadcast', {...options, url: 'http://127.0.0.1:1/'}, 69, /cannot connect: 127\.0\.0\.1:1: Connection refused/],
    ['broadcast', options, 69, /Redis: .*(unknown command|[Ff]unction not found)/],
    ['broadcast', {...options, redis: '127.0.0.1:1'}, 69, /publishing: 127\.0\.0\.1:1: Connection refused/],
    ['broadcast', {...options, publish: 'publish', prefix: 'other:'}, 69, /100 clients hear nothing/],
    ['running', options, 64, /mode running: not one of idle, /],
    ['idle', {...options, connections: 1e6, processes: 1}, 64, /give more --processes/],
    ['idle', {...options, pid: 2 ** 22 + 1}, 64, /no process/],
    ['idle', {...options, nothing: 1}, 64, /--nothing/],
  ];
  for (const [mode, given, code, message] of failures) {
    await t.test(`${message}`, async () => {
      const ended = await runSseload(mode, given);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
    });
  }
});
