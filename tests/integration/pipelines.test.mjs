// Clients that do not wait for an answer before they send the next request, and clients that have said all they have to say.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {publishTo} from '../support/publishing.mjs';
import {until} from '../support/wait.mjs';

const sanitized = fs.readFileSync(process.env.FRESHETD).includes('__asan_init');
const notFound = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const residentBytes = (daemon) =>
  Number(fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)[1]) * 1024;

/** A client that sends requests as fast as the daemon takes them, and reads the answers. */
async function openFlood(daemon) {
  const {socket} = await RawSocket.open(daemon.urls.public[0]);
  const flood = {socket, answered: 0, closed: false};
  const some = Buffer.from(notFound.repeat(5_000));
  const pump = () => {
    while (!flood.closed && socket.write(some));
  };
  // RawSocket would keep all of it.
  socket.removeAllListeners('data').on('data', (bytes) => (flood.answered += bytes.length));
  socket.on('drain', pump).on('close', () => (flood.closed = true));
  pump();
  return flood;
}

test('a pipeline without an end delays nobody', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const witness = await daemon.stream('channel=beside');
  await witness.opening();
  const floods = await Promise.all(Array.from({length: 32}, () => openFlood(daemon)));
  await until(() => floods.every(({answered}) => answered > 0), 'answers on each connection');

  const rounds = 20;
  for (let round = 1; round <= rounds; round += 1) {
    const before = floods.map(({answered}) => answered);
    await publishTo(redis.client, 'beside', `event ${round}`);
    await witness.collect(round);
    assert.equal((await daemon.ops('/readyz')).status, 200);
    await until(() => floods.every(({answered}, index) => answered > before[index]), 'the flood to go on');
  }
  assert.ok(floods.every(({closed}) => !closed), 'and the flood goes on');
  assert.doesNotMatch(daemon.log, /not ready/);
  for (const {socket} of floods) socket.destroy();
  witness.close();
});

test('pipelines whose answers nobody reads are kept within bounds', async (t) => {
  const daemon = await startFreshetd(t, {config: {streams: {write_buffer: '4KiB'}}});
  const count = 100;
  const requests = Buffer.from(notFound.repeat(10_000));
  const before = residentBytes(daemon);
  const silent = await Promise.all(Array.from({length: count}, () => RawSocket.open(daemon.urls.public[0])));
  for (const raw of silent) {
    raw.socket.pause();
    raw.write(requests);
  }
  let last = 0;
  const kept = await until(async () => {
    const now = await daemon.metric('freshet_buffered_bytes');
    const settled = now > 0 && now === last;
    last = now;
    return settled && now;
  }, 'the daemon to take no more', {every: 200});
  t.diagnostic(`${kept} bytes are kept of ${count} connections`);
  assert.ok(kept <= count * 16 * 1024, `${kept} bytes`);
  const grown = residentBytes(daemon) - before;
  if (!sanitized) assert.ok(grown < count * 64 * 1024, `VmRSS grew by ${grown} bytes`);
  for (const raw of silent) raw.close();
  await until(async () => (await daemon.metric('freshet_buffered_bytes')) === 0, 'all of it to be given back');
});

test('a client that closes its half behind its requests gets all of their answers', async (t) => {
  const opsListen = `unix:${path.join(temporaryFolder(t), 'ops.sock')}`;
  const daemon = await startFreshetd(t, {opsListen, config: {streams: {write_buffer: '4KiB'}}});
  await t.test('of one larger than the kernel takes at once', async () => {
    const raw = await RawSocket.open(daemon.urls.ops[0]);
    raw.socket.pause();
    raw.socket.end('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // The daemon answers others: it has had the half-closed one before it.
    await daemon.metric('freshet_connections');
    raw.socket.resume();
    const [head, body] = (await raw.end()).split('\r\n\r\n');
    assert.equal(body.length, Number(head.match(/Content-Length: (\d+)/)[1]));
  });
  await t.test('of a pipeline', async () => {
    for (const [url, request, status] of [[daemon.urls.public[0], notFound, 404], [daemon.urls.ops[0], 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n', 200]]) {
      const raw = await RawSocket.open(url);
      raw.socket.end(request.repeat(2_000));
      const answers = (await raw.end()).split(`HTTP/1.1 ${status} `).length - 1;
      assert.equal(answers, 2_000);
    }
  });
});
