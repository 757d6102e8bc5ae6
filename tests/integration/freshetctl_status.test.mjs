// freshetctl status: the rows of several instances, those that do not answer, and those that only Redis knows.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {assertExit, ctl, fileWith, jsonLines, opsOf, startCtl} from '../support/freshetctl.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';

const columns = /^INSTANCE +STATE +VERSION +UPTIME +STREAMS +CHANNELS +IN\/S +OUT\/S +P95 +PROBE +REDIS$/;

const status = (...args) => ctl('status', '--interval', '0.1', ...args);

test('a row for each instance, and one for each that does not answer', async (t) => {
  const {redis, daemon: one} = await startBoth(t);
  const two = await startFreshetd(t, {redis: redis.url, instance: 'two'});
  const streams = [await two.stream('channel=a&channel=b'), await two.stream('channel=a')];
  for (const stream of streams) await stream.opening();

  const fine = assertExit(await status(opsOf(one), opsOf(two)), 0);
  const [head, first, second, ...rest] = fine.stdout.split('\n');
  assert.match(head, columns);
  assert.match(first, /^one +ready +\d+\.\d+\.\d+ +\d+s +0 +0 +0 +0 +- +[\d.]+ [mµ]?s +up$/);
  assert.match(second, /^two +ready +\d+\.\d+\.\d+ +\d+s +2 +2 +0 +0 +- +[\d.]+ [mµ]?s +up$/);
  assert.deepEqual(rest, ['']);
  assert.doesNotMatch(fine.stdout, /\x1b/, 'no colours when it is no terminal');

  const nobody = `127.0.0.1:${await freePort()}`;
  const partly = assertExit(await status(opsOf(one), nobody), 69);
  assert.match(partly.stdout, new RegExp(`\n${nobody} +no answer: .*connect`, 'i'));
  assert.match(partly.stdout, /\none +ready/);

  const wrong = assertExit(await status(one.urls.public[0]), 69);
  assert.match(wrong.stdout, /no answer: 404 Not Found/);

  const {stdout} = assertExit(await status(opsOf(two), nobody, '--json'), 69);
  const {instances} = JSON.parse(stdout);
  assert.equal(instances[0].instance, 'two');
  assert.deepEqual([instances[0].streams, instances[0].channels, instances[0].backplane_up], [2, 2, true]);
  assert.equal(instances[1].listener, nobody);
  assert.match(instances[1].error, /connect/i);
});

test('rates are those of the time between two looks', async (t) => {
  const daemon = await startFreshetd(t);
  const stream = await daemon.stream('channel=a');
  await stream.opening();
  const watching = startCtl(t, 'status', opsOf(daemon), '--watch', '--json', '--interval', '0.3');
  await watching.output(/\n/, {where: 'stdout'});
  for (let i = 0; i < 30; i += 1) await daemon.publish('a', 'x');
  await stream.collect(30);
  const seen = () => jsonLines(watching.stdout.slice(0, watching.stdout.lastIndexOf('\n') + 1)).map(({instances}) => instances[0]);
  const busy = await watching.watch.until(() => seen().find((row) => row.events_received_per_second > 0), 'a rate',
    {detail: () => watching.stdout});
  assert.ok(busy.events_received_per_second <= 110, `${busy.events_received_per_second}: 30 events within 0.3 s at most`);
  assert.ok(busy.events_sent_per_second > 0);
  assert.equal(busy.backplane, 'memory');
  await watching.watch.until(() => seen().at(-1).events_received_per_second === 0, 'the rate to fall to 0');
  watching.signal('SIGINT');
  assert.deepEqual(await watching.exit(), {code: 0, signal: null});
});

test('an instance without Redis says why', async (t) => {
  const {redis, daemon} = await startBoth(t);
  await redis.kill9();
  await daemon.notReady();
  const {stdout} = assertExit(await status(opsOf(daemon)), 0);
  assert.match(stdout, /\none +waiting .* down\n/);
  assert.match(stdout, /\none: .*redis/i);
});

test('the sockets of a machine, and instances that only Redis knows', async (t) => {
  const folder = temporaryFolder(t);
  const {redis, daemon: elsewhere} = await startBoth(t, {instance: 'elsewhere'});
  for (const name of ['1', '2']) {
    await startFreshetd(t, {redis: redis.url, instance: name, opsListen: `unix:${folder}/${name}.ops.sock`});
  }
  const config = (url) => fileWith(t, JSON.stringify(
    {ops: {listen: `unix:${folder}/{instance}.ops.sock`}, backplane: {type: 'redis', redis: {url}}}), 'freshet.yaml');
  const {stdout, stderr} = assertExit(await status('--config', config(redis.url)), 0);
  assert.match(stdout, /\n1 +ready.*\n2 +ready.*\nalso on this Redis, without a row here: elsewhere\n$/);
  assert.equal(stderr, '');
  const {elsewhere: names} = JSON.parse((await status('--config', config(redis.url), '--json')).stdout);
  assert.deepEqual(names, [elsewhere.options.instance]);

  await redis.client.call('ACL', 'SETUSER', 'least', 'on', '>secret', '~freshet:*', '+info');
  const least = await status('--config', config(`redis://least:secret@127.0.0.1:${redis.port}/0`));
  assert.match(assertExit(least, 0).stderr, /instances on other machines are not named: .*NOPERM/);
  const away = await status('--config', config(`redis://127.0.0.1:${await freePort()}/0`));
  assert.match(assertExit(away, 0).stderr, /instances on other machines are not named: redis .*refused/);
});

test('instances on numbered ports are found', async (t) => {
  // Ten ports that begin alike, of which one is taken: the kernel's ephemeral range has plenty.
  const daemon = await startFreshetd(t, {opsListen: '127.0.0.1:0'});
  const port = String(daemon.opsPort);
  const file = fileWith(t, JSON.stringify({ops: {listen: `127.0.0.1:${port.slice(0, -1)}{instance}`}}), 'freshet.yaml');
  const {stdout} = await status('--config', file, '--json');
  assert.ok(JSON.parse(stdout).instances.some(({instance}) => instance === 'one'), stdout);
});
