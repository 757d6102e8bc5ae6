// What answers is not the Redis that is needed: the daemon stays up, says what is wrong, and recovers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {FakeServer} from '../support/fake_server.mjs';
import {runFreshetd, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {librarySource, startRedis} from '../support/redis.mjs';

test('what answers is not what it should be: the daemon stays up, says so, and recovers', async (t) => {
  const servers = {
    'closes at once': (socket) => socket.end(),
    'resets at once': (socket) => socket.resetAndDestroy(),
    'answers nonsense': (socket) => socket.on('data', () => socket.write('\x00\xff\xfenonsense\r\n\r\n')),
    'is a web server': (socket) => socket.on('data', () =>
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\noops')),
    'says nothing': () => {},
    'announces a reply without end': (socket) => socket.on('data', () => socket.write('*2147483647\r\n$536870912\r\n')),
    'refuses everything': (socket) => socket.on('data', () => socket.write('-ERR no\r\n'.repeat(20))),
    'has too many clients': (socket) => socket.end('-ERR max number of clients reached\r\n'),
    'answers OK to everything': (socket) => socket.on('data', () => socket.write('+OK\r\n'.repeat(20))),
  };
  for (const [what, behaviour] of Object.entries(servers)) {
    await t.test(`a server that ${what}`, async (t2) => {
      const fake = await FakeServer.start(behaviour);
      t2.after(() => fake.stop());
      const daemon = await startFreshetd(t2, {redis: `redis://127.0.0.1:${fake.port}/0`, wait: false});
      const stream = await daemon.stream('channel=fake');
      await fake.connections(2);
      await daemon.notReady(/redis/i);
      await daemon.program.output(/(?:warning|error) redis/);
      const reply = await daemon.ops('/publish?channel=fake', {method: 'POST', body: 'x'});
      assert.equal(reply.status, 503);
      assert.equal(stream.status, 200);
      assert.deepEqual(stream.events, []);
      await fake.stop();
      const redis = await startRedis(t2, {functions: false, port: fake.port});
      await daemon.ready();
      await stream.opening();
      const id = await publishTo(redis.client, 'fake', 'real at last');
      assert.equal((await stream.next()).id, id);
      stream.close();
    });
  }
});

test('passwords', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'password');
  fs.writeFileSync(file, 'not-the-secret\n');
  await redis.client.config('SET', 'requirepass', 'the-secret-it-is');
  const config = {backplane: {redis: {password_file: file}}};

  await t.test('a wrong one is said; the file is read again at every connect', async (t2) => {
    const daemon = await startFreshetd(t2, {redis: redis.url, config, wait: false});
    await daemon.program.output(/WRONGPASS|password/i);
    await daemon.notReady(/password|auth|WRONGPASS/i);
    assert.doesNotMatch(daemon.log, /not-the-secret/, 'a password never reaches the log');
    fs.writeFileSync(file, 'the-secret-it-is\n');
    await daemon.ready();
    assert.doesNotMatch(daemon.log, /the-secret-it-is/);
  });

  await t.test('none where one is needed is said', async (t2) => {
    const daemon = await startFreshetd(t2, {redis: redis.url, wait: false});
    await daemon.program.output(/NOAUTH|password|authenticat/i);
    await daemon.notReady(/password|auth/i);
  });
});

test('databases', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const on = (database) => redis.url.replace(/\/0$/, `/${database}`);

  await t.test('another than 0 with the prefix of 0 is a configuration error', async (t2) => {
    const file = path.join(temporaryFolder(t2), 'freshet.yaml');
    fs.writeFileSync(file, `backplane: {type: redis, redis: {url: "${on(3)}"}}\n`);
    const result = await runFreshetd(['--check-config', '--config', file]);
    assert.equal(result.code, 78);
    assert.match(result.stderr, /prefix/);
  });

  await t.test('another than 0 with a prefix of its own works', async (t2) => {
    const daemon = await startFreshetd(t2, {redis: on(3), config: {backplane: {redis: {prefix: 'three:'}}}});
    const stream = await daemon.stream('channel=db');
    await stream.opening();
    const client = redis.connect({db: 3});
    const id = await publishTo(client, 'db', 'x', 'PREFIX', 'three:');
    assert.equal((await stream.next()).id, id);
    assert.equal(await client.exists('three:ring:db'), 1);
    stream.close();
  });

  await t.test('one that the server does not have is said', async (t2) => {
    const daemon = await startFreshetd(t2, {redis: on(999), wait: false, config: {backplane: {redis: {prefix: 'far:'}}}});
    await daemon.program.output(/DB index is out of range|database/i);
    await daemon.notReady(/DB index|database/i);
  });
});

test('functions that the daemon may not load', async (t) => {
  const version = Number(librarySource.match(/local VERSION = (\d+)/)[1]);
  const older = librarySource.replace(/local VERSION = \d+/, `local VERSION = ${version - 1}`);
  const newer = librarySource.replace(/local VERSION = \d+/, `local VERSION = ${version + 1}`);
  const config = {backplane: {redis: {load_functions: false}}};
  const redis = await startRedis(t, {functions: false});
  const names = new RegExp(`version ${version}\\b|${version} or newer|freshet_version`);

  const notThere = [['missing', () => {}], ['too old', () => redis.client.function('LOAD', 'REPLACE', older)]];
  for (const [state, prepare] of notThere) {
    await t.test(`and that are ${state}: it says which version it needs, and waits`, async (t2) => {
      await prepare();
      const daemon = await startFreshetd(t2, {redis: redis.url, config, wait: false});
      await daemon.program.output(names);
      await daemon.notReady(/function/i);
      await redis.loadFunctions();
      await daemon.ready();
    });
  }

  await t.test('older ones are replaced where it may, newer ones are never downgraded', async (t2) => {
    const loaded = () => redis.client.call('FCALL_RO', 'freshet_version', 0);
    await redis.client.function('LOAD', 'REPLACE', older);
    const daemon = await startFreshetd(t2, {redis: redis.url});
    assert.equal(await loaded(), version);
    await daemon.stop();
    await redis.client.function('LOAD', 'REPLACE', newer);
    await startFreshetd(t2, {redis: redis.url});
    assert.equal(await loaded(), version + 1);
  });
});
