// Clients that stop reading: what waits for them is bounded, alone and together, and costs nobody else anything.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {SseClient} from '../support/sse.mjs';

const sanitized = fs.readFileSync(process.env.FRESHETD).includes('__asan_init');
const residentBytes = (daemon) =>
  Number(fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)[1]) * 1024;

/** A client that asks for a stream and reads nothing of it beyond its beginning. */
async function openStalled(daemon) {
  const raw = await RawSocket.open(daemon.urls.public[0]);
  raw.write('GET /events?channel=many HTTP/1.1\r\nHost: x\r\n\r\n');
  const [, id] = await raw.match(/id: (\d+)\nevent: stream-cursor/);
  raw.socket.pause();
  return {raw, id};
}

test('100 stalled readers among 500 clients', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const total = 8 << 20;
  const daemon = await startFreshetd(t, {redis: redis.url, config: {limits: {buffer_per_connection: '1MiB', buffer_total: `${total}B`}}});
  const readers = [];
  const openReader = () => {
    const ids = [];
    const stream = new SseClient(daemon.urls.public[0], '/events?channel=many', {onEvent: (event) => ids.push(event.id)});
    return {ids, stream};
  };
  while (readers.length < 400) {
    const next = Array.from({length: 100}, openReader);
    await Promise.all(next.map(({stream, ids}) => stream.waitFor(() => ids.length === 1, 'the opening')));
    readers.push(...next);
  }
  const stalled = await Promise.all(Array.from({length: 100}, () => openStalled(daemon)));
  assert.equal(await daemon.metric('freshet_connections'), 500);

  // 200 events of 8 KiB: 1.6 MiB for each client, of which sockets take some hundred KiB. The budget holds 80 KiB for each
  // stalled one, less than the 1 MiB that it might have alone.
  const before = residentBytes(daemon);
  const [batch, size] = [10, 8 << 10];
  const sent = [];
  let [mostResident, mostBuffered] = [0, 0];
  while (sent.length < 200) {
    for (let index = 0; index < batch; index += 1) sent.push(await publishTo(redis.client, 'many', `${sent.length} ${'x'.repeat(size)}`));
    await Promise.all(readers.map(({stream, ids}) => stream.waitFor(() => ids.length === 1 + sent.length, `${sent.length} events`, {ms: 60_000})));
    mostResident = Math.max(mostResident, residentBytes(daemon));
    mostBuffered = Math.max(mostBuffered, await daemon.metric('freshet_buffered_bytes'));
  }
  for (const {ids} of readers) assert.deepEqual(ids.slice(1), sent, 'nobody else loses anything');
  assert.equal(await daemon.metric('freshet_disconnects_total', {reason: 'slow'}), stalled.length);
  assert.equal(await daemon.metric('freshet_connections'), readers.length);

  // What came within one turn is reckoned at its end, when a socket turns out to take no more.
  assert.ok(mostBuffered > 0 && mostBuffered <= total + stalled.length * batch * size * 1.1, `${mostBuffered} bytes waited`);
  // One copy of each event serves all clients, and is kept for those that come back: 1.6 MiB.
  const grown = mostResident - before;
  t.diagnostic(`${(mostBuffered / (1 << 20)).toFixed(1)} MiB waited, VmRSS grew by ${(grown / (1 << 20)).toFixed(1)} MiB`);
  if (!sanitized) assert.ok(grown < total, `VmRSS grew by ${grown} bytes`);

  for (const {raw, id} of stalled) {
    raw.close();
    const again = await daemon.stream('channel=many', {lastEventId: id});
    assert.deepEqual(JSON.parse((await again.opening()).data), {resume: 'complete'});
    await again.collect(sent.length);
    assert.deepEqual(again.messages.map((event) => event.id), sent, 'the stalled one gets every event once it is back');
    again.close();
  }
  readers.forEach(({stream}) => stream.close());
});
