// Clients that come and go for as long as an hour would bring: neither memory nor descriptors grow, here or in Redis.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const visits = 100_000;
/** Of the visits, for everything to reach the size that it keeps. */
const warmUp = 0.3;
const atOnce = 64;
const channels = 5000;
/** What a machine may need for all visits; one that is slower makes fewer of them, and at least this part. */
const patienceMs = 120_000;
const leastPart = 0.1;
/** What an allocator may take more or less of, whatever happens. */
const noiseBytes = 512 << 10;

/** Opens a stream with a channel, now and then a second one, takes its opening and leaves. */
function visit(socketPath, number) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('connect', () => {
      const more = number % 3 === 0 ? `&channel=news:${number % 7}` : '';
      const cursor = number % 2 === 0 ? `Last-Event-ID: ${number}\r\n` : '';
      socket.write(`GET /events?channel=user:${number % channels}${more} HTTP/1.1\r\nHost: localhost\r\n${cursor}\r\n`);
    });
    socket.on('data', (text) => {
      received += text;
      if (/\nevent: stream-(?:cursor|reset)\n/.test(received)) {
        socket.destroy();
        resolve();
      }
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`ended without an opening: ${received}`)));
  });
}

test('100,000 connects and disconnects leave nothing behind', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const socketPath = path.join(temporaryFolder(t), 'churn.sock');
  // A sanitizer would keep what was freed for a while.
  const env = {ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=1`};
  const daemon = await startFreshetd(t, {redis: redis.url, listen: [`unix:${socketPath}`], env});
  const filesBefore = daemon.openFiles();
  const resident = () => 1024 * Number(fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  const redisMemory = async () => Number((await redis.client.info('memory')).match(/used_memory:(\d+)/)[1]);
  /** All streams are gone, and so are the channels that nobody reads any more. */
  const settled = async () => {
    await until(async () => await daemon.metric('freshet_connections') === 0, 'all streams to be gone');
    await until(async () => await daemon.metric('freshet_subscriptions') === 0, 'all channels to be given up', {every: 200});
    await until(async () => (await redis.client.pubsub('CHANNELS', 'freshet:[^!]*')).length === 0, 'Redis to be told');
    await until(() => daemon.openFiles() <= filesBefore + 1, 'all sockets to be closed', {detail: () => `${daemon.openFiles()} open files`});
    return {files: daemon.openFiles(), bytes: resident(), redis: await redisMemory()};
  };

  const began = performance.now();
  let made = 0;
  const make = (upTo, deadline) => Promise.all(Array.from({length: atOnce}, async () => {
    while (made < upTo && performance.now() - began < deadline) await visit(socketPath, made++);
  }));
  await make(visits * warmUp, patienceMs / 2);
  const warm = await settled();
  const warmAt = made;
  await make(visits, patienceMs);
  const end = await settled();
  t.diagnostic(`${made} visits in ${Math.round((performance.now() - began) / 1000)} s; resident ${warm.bytes} bytes after ${warmAt}, ${end.bytes} at the end; Redis ${warm.redis}, ${end.redis}`);
  assert.ok(made >= visits * leastPart, `${made} visits`);
  // The connection that asked for the metrics may still be closing.
  assert.ok(end.files <= filesBefore + 1, `${filesBefore} open files before, ${end.files} at the end`);
  // Of what one visit takes (kilobytes), not one byte in a hundred may stay.
  const perVisit = (end.bytes - warm.bytes - noiseBytes) / (made - warmAt);
  assert.ok(perVisit < 16, `${perVisit} bytes stay for each visit`);
  assert.ok((end.redis - warm.redis - noiseBytes) / (made - warmAt) < 4, `Redis: ${warm.redis} bytes, ${end.redis} at the end`);
});
