// What freshetd tells the service manager (sd_notify), and what it takes from it besides sockets: the watchdog, credentials.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {startRedis} from '../support/redis.mjs';
import {manageFreshetd} from '../support/service_manager.mjs';
import {SseClient} from '../support/sse.mjs';
import {sleep, until} from '../support/wait.mjs';

const open = async (service, channel = 'a') => {
  const stream = new SseClient(`unix:${service.socket}`, `/events?channel=${channel}`);
  await stream.opening();
  return stream;
};

async function lifeCycle(t) {
  const service = await manageFreshetd(t, {config: {drain: {period: '5s'}}});

  await t.test('it is ready once its listeners are open and it serves', async () => {
    await service.start();
    assert.equal((await service.ops('/readyz')).status, 200);
    const {STATUS} = service.notified().find(({READY}) => READY === '1');
    assert.equal(STATUS, 'ready: 0 streams on 0 channels, memory backplane');
  });

  await t.test('the status follows the streams, and no second one says the same', async () => {
    const streams = await Promise.all([open(service, 'a'), open(service, 'b'), open(service, 'b')]);
    await service.hears(({STATUS}) => STATUS === 'ready: 3 streams on 2 channels, memory backplane', 'the streams');
    const from = service.events.length;
    for (const stream of streams) stream.close();
    await service.hears(({STATUS}) => STATUS === 'ready: 0 streams on 0 channels, memory backplane', 'their end', {from});
    const all = service.notified().map(({STATUS}) => STATUS);
    assert.ok(all.every((status, index) => status !== all[index - 1]), all.join('\n'));
  });

  await t.test('a reload is announced before the file is read, with the monotonic time', async () => {
    const from = service.events.length;
    const before = process.hrtime.bigint() / 1000n;
    service.signal('SIGHUP');
    await service.hears(({READY}) => READY === '1', 'READY=1', {from});
    const [reloading, ready] = service.notified(from).filter((message) => message.RELOADING || message.READY);
    assert.equal(reloading.RELOADING, '1');
    const time = BigInt(reloading.MONOTONIC_USEC);
    assert.ok(time >= before && time <= process.hrtime.bigint() / 1000n, JSON.stringify(reloading));
    assert.match(ready.STATUS, /^ready: /);
    await service.program.output(/reloaded:/);
  });

  await t.test('a reload that fails is told, until one works', async () => {
    const right = fs.readFileSync(service.configFile);
    const reload = async () => {
      const from = service.events.length;
      service.signal('SIGHUP');
      return (await service.hears(({READY}) => READY === '1', 'READY=1', {from})).STATUS;
    };
    fs.writeFileSync(service.configFile, 'nonsense: 1\n');
    assert.match(await reload(), /^ready: .*; the last reload failed, see the log$/);
    fs.writeFileSync(service.configFile, right);
    assert.doesNotMatch(await reload(), /failed/);
  });

  await t.test('while it drains, it says how many are left and asks for the time that it takes', async () => {
    const from = service.events.length;
    const streams = await Promise.all(Array.from({length: 20}, () => open(service)));
    service.signal('SIGTERM');
    await service.hears(({STOPPING}) => STOPPING === '1', 'STOPPING=1', {from});
    // Another SIGHUP changes nothing about that.
    service.signal('SIGHUP');
    assert.deepEqual(await service.exit(), {code: 0, signal: null});
    await Promise.all(streams.map((stream) => stream.end()));
    const told = service.notified(from);
    const stopping = told.find(({STOPPING}) => STOPPING);
    assert.equal(stopping.STATUS, 'draining: 20 of 20 streams left');
    const extensions = told.filter((message) => message.EXTEND_TIMEOUT_USEC);
    assert.ok(extensions.length >= 2, JSON.stringify(told));
    for (const {EXTEND_TIMEOUT_USEC, STATUS} of extensions) {
      assert.ok(Number(EXTEND_TIMEOUT_USEC) > 1e6);
      assert.match(STATUS, /^draining: \d+ of 20 streams left$/);
    }
    const left = extensions.map(({STATUS}) => Number(STATUS.match(/\d+/)));
    assert.ok(left[0] < 20 && left.every((count, index) => index === 0 || count <= left[index - 1]), left.join(' '));
    assert.ok(told.slice(told.indexOf(stopping)).every(({READY, RELOADING}) => !READY && !RELOADING), 'it stays stopping');
  });
}

async function redisAway(t) {
  const redis = await startRedis(t, {functions: false});
  await redis.kill9();
  const service = await manageFreshetd(t, {redis: redis.url});
  const started = service.start();
  const waiting = await service.hears(({STATUS}) => /refused/.test(STATUS), 'a reason');
  assert.match(waiting.STATUS, /^not ready: redis [\d.:]+: .*Connection refused.*; 0 streams on 0 channels$/);
  assert.ok(!waiting.READY);
  // A reload now is no readiness.
  service.signal('SIGHUP');
  await service.program.output(/reloaded:/);
  assert.ok(service.notified().every(({READY, RELOADING}) => !READY && !RELOADING));
  await started;
  const stream = new SseClient(`unix:${service.socket}`, '/events?channel=a');
  await stream.opened();
  await redis.start();
  await service.hears(({STATUS}) => STATUS === 'ready: 1 stream on 1 channel, Redis up', 'Redis to be noticed');
  await stream.opening();
  stream.close();
  await service.stop();
}

async function watchdog(t) {
  const watchdogUs = 400_000;
  const alive = (service, from) => service.notified(from).filter(({WATCHDOG}) => WATCHDOG === '1').length;

  await t.test('is told twice in its time that the loop turns, and nothing by a loop that stands still', async (t2) => {
    const service = await manageFreshetd(t2, {env: {WATCHDOG_USEC: String(watchdogUs)}});
    await service.start();
    await until(() => alive(service) >= 5, 'five signs of life');
    process.kill(service.pid, 'SIGSTOP');
    await sleep(1000);   // what it had sent before has arrived by then
    const from = service.events.length;
    await sleep(3 * watchdogUs / 1000);
    assert.equal(alive(service, from), 0);
    process.kill(service.pid, 'SIGCONT');
    await until(() => alive(service, from) >= 2, 'more of them');
    await service.stop();
  });

  await t.test('hears of it also when no descriptor is left', async (t2) => {
    const service = await manageFreshetd(t2, {env: {WATCHDOG_USEC: String(watchdogUs)}, command: ['prlimit', '--nofile=64', '--']});
    await service.start();
    const many = await Promise.all(Array.from({length: 80}, () => RawSocket.open(`unix:${service.socket}`)));
    await until(async () => fs.readdirSync(`/proc/${service.pid}/fd`).length >= 62, 'all descriptors to be taken');
    const from = service.events.length;
    await until(() => alive(service, from) >= 5, 'five signs of life');
    for (const raw of many) raw.close();
    await service.stop();
  });

  for (const [what, env] of [['of another process', {WATCHDOG_USEC: String(watchdogUs), WATCHDOG_PID: '1'}],
    ['that is off', {}], ['that is no number', {WATCHDOG_USEC: 'soon'}]]) {
    await t.test(`${what} is left alone`, async (t2) => {
      const service = await manageFreshetd(t2, {env});
      await service.start();
      await sleep(watchdogUs / 1000);
      assert.equal(alive(service), 0);
      await service.stop();
    });
  }
}

async function credentials(t) {
  const password = 'open-sesame-4711';
  const redis = await startRedis(t, {functions: false, args: ['--requirepass', password], login: {password}});
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'redis-password'), `${password}\n`, {mode: 0o400});
  const env = {CREDENTIALS_DIRECTORY: folder};
  const works = async (options) => {
    const service = await manageFreshetd(t, {redis: redis.url, ...options});
    await service.start();
    assert.equal((await service.ops('/readyz')).status, 200, service.log);
    await service.stop();
  };
  await t.test('named by the unit, as %d', () => works({
    instance: 'unit', env: {...env, FRESHET_BACKPLANE_REDIS_PASSWORD_FILE: `${folder}/redis-password`},
  }));
  await t.test('named by the configuration', () => works({
    instance: 'file', env, config: {backplane: {redis: {password_file: '${CREDENTIALS_DIRECTORY}/redis-password'}}},
  }));
}

// Side by side: they mostly wait.
test('the service manager', {concurrency: 4}, async (t) => {
  await Promise.all([
    t.test('from the start to the end', lifeCycle),
    t.test('Redis away: it is not ready at first, then is all the same, and the status says why', redisAway),
    t.test('the watchdog', watchdog),
    t.test('a password from the credentials directory', credentials),
  ]);
});
