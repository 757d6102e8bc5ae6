// Several daemons load the function library at once: the newest one stays, and is loaded no more often than it takes.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {librarySource, startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const version = Number(librarySource.match(/local VERSION = (\d+)/)[1]);
const ofVersion = (other) => librarySource.replace(/local VERSION = \d+/, `local VERSION = ${other}`);
const loadedVersion = (redis) => redis.client.call('FCALL_RO', 'freshet_version', 0);
const loads = (daemons) => daemons.map(({log}) => log.match(/the function library freshet .*: loaded version/g) ?? []).flat();

/** Passes everything on to Redis, but FUNCTION LOAD, and what follows, only at release(); isLoading() waits for the first one. */
async function startHoldingProxy(t, redis) {
  let release;
  let seen = false;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  const sockets = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(redis.port, redis.host);
    let passing = Promise.resolve();
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
    }
    upstream.pipe(client);
    client.on('data', (bytes) => {
      if (/FUNCTION\r\n\$4\r\nLOAD/.test(bytes.toString('latin1'))) {
        seen = true;
        passing = passing.then(() => released);
      }
      passing = passing.then(() => upstream.write(bytes));
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {url: `redis://127.0.0.1:${server.address().port}/0`, release, isLoading: () => until(() => seen, 'FUNCTION LOAD')};
}

test('daemons that find no library at once load it once, and again when it was flushed', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemons = await Promise.all(['one', 'two', 'three'].map((instance) => startFreshetd(t, {redis: redis.url, instance})));
  assert.equal(loads(daemons).length, 1);
  const streams = await Promise.all(daemons.map((daemon) => daemon.stream('channel=news')));
  await Promise.all(streams.map((stream) => stream.opening()));

  await redis.client.function('FLUSH');
  await until(() => loads(daemons).length === 2, 'the library to be loaded again');
  const id = await publishTo(redis.client, 'news', 'after the flush');
  for (const stream of streams) {
    assert.equal((await stream.next()).id, id);
    assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
    stream.close();
  }
  await Promise.all(daemons.map((daemon) => daemon.ready()));
  assert.equal(loads(daemons).length, 2);
});

test('a newer library that another daemon loads meanwhile is not replaced', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const proxy = await startHoldingProxy(t, redis);
  const daemon = await startFreshetd(t, {redis: proxy.url, wait: false});
  await proxy.isLoading();
  await redis.client.function('LOAD', ofVersion(version + 1));
  proxy.release();
  await daemon.ready();
  assert.equal(await loadedVersion(redis), version + 1);
  assert.match(daemon.log, new RegExp(`info redis \\S+: command: the function library freshet was loaded by another daemon and has version ${version + 1}`));
  assert.deepEqual(loads([daemon]), []);
});

test('an older library that is loaded under running daemons is replaced within seconds, and no connection is lost', async (t) => {
  const redis = await startRedis(t);
  const daemons = await Promise.all(['one', 'two'].map((instance) => startFreshetd(t, {redis: redis.url, instance})));
  const stream = await daemons[0].stream('channel=news');
  await stream.opening();
  await redis.client.function('LOAD', 'REPLACE', ofVersion(version - 1));
  await until(async () => await loadedVersion(redis) === version, 'the newer library to be back');
  const id = await publishTo(redis.client, 'news', 'by the newer library');
  assert.equal((await stream.next()).id, id);
  assert.ok(loads(daemons).every((line) => line.includes(`has version ${version - 1}`)) && loads(daemons).length <= 2);
  for (const daemon of daemons) assert.equal(await daemon.metric('freshet_redis_reconnects_total'), 0);
  stream.close();
});
