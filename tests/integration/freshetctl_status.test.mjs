// freshetctl status: the rows of several instances, those that do not answer, and those that only Redis knows.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {assertExit, ctl, ctlBinary, fileWith, jsonLines, opsOf, startCtl} from '../support/freshetctl.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {run} from '../support/process.mjs';

const allColumns = /^INSTANCE +STATE +VERSION +UPTIME +STREAMS +CHANNELS +IN\/S +OUT\/S +P95 +PROBE +REDIS$/;

const status = (...args) => ctl('status', '--interval', '0.1', ...args);

test('a row for each instance, and one for each that does not answer', async (t) => {
  const {redis, daemon: one} = await startBoth(t);
  const two = await startFreshetd(t, {redis: redis.url, instance: 'two'});
  const streams = [await two.stream('channel=a&channel=b'), await two.stream('channel=a')];
  for (const stream of streams) await stream.opening();

  const fine = assertExit(await status(opsOf(one), opsOf(two)), 0);
  const [head, first, second, ...rest] = fine.stdout.split('\n');
  assert.match(head, allColumns);
  assert.match(first, /^one +ready +\d+\.\d+\.\d+ +\d+s +0 +0 +0 +0 +- +[\d.]+ [mµ]?s +up$/);
  assert.match(second, /^two +ready +\d+\.\d+\.\d+ +\d+s +2 +2 +0 +0 +- +[\d.]+ [mµ]?s +up$/);
  assert.deepEqual(rest, ['']);
  assert.doesNotMatch(fine.stdout, /\x1b/, 'no colours when it is no terminal');

  const nobody = `127.0.0.1:${await freePort()}`;
  const partly = assertExit(await status(opsOf(one), nobody), 69);
  assert.match(partly.stdout, new RegExp(`\n${nobody} +no answer: Connection refused\n`));
  assert.match(partly.stdout, /\none +ready/);

  const wrong = assertExit(await status(one.urls.public[0]), 69);
  assert.match(wrong.stdout, /\.?\d+ +answers 404 Not Found/);

  const {stdout} = assertExit(await status(opsOf(two), nobody, '--json'), 69);
  const {instances} = JSON.parse(stdout);
  assert.equal(instances[0].instance, 'two');
  assert.deepEqual([instances[0].streams, instances[0].channels, instances[0].backplane_up], [2, 2, true]);
  assert.equal(instances[1].listener, nobody);
  assert.equal(instances[1].error, 'no answer: Connection refused');
});

test('listeners are named with --ops, as elsewhere, or without', async (t) => {
  const [one, two] = [await startFreshetd(t), await startFreshetd(t, {instance: 'two'})];
  const {stdout} = assertExit(await status('--ops', opsOf(one), opsOf(two), '--json'), 0);
  assert.deepEqual(JSON.parse(stdout).instances.map(({instance}) => instance), ['one', 'two']);
  const alone = assertExit(await status('--ops', opsOf(two), '--json'), 0);
  assert.deepEqual(JSON.parse(alone.stdout).instances.map(({instance}) => instance), ['two']);
});

test('on a terminal, as many columns as fit', async (t) => {
  const {daemon} = await startBoth(t);
  const linesAt = async (columns) => {
    const command = `stty cols ${columns}; exec ${ctlBinary()} status --interval 0.1 ${opsOf(daemon)}`;
    const {stdout} = await run('script', ['-qec', command, '/dev/null'], {env: {TERM: 'dumb'}});
    return stdout.trimEnd().split('\r\n');
  };
  for (const columns of [80, 60, 40]) {
    const lines = await linesAt(columns);
    assert.equal(lines.length, 2, lines.join('\n'));
    for (const line of lines) assert.ok(line.length <= columns, `${line.length} of ${columns} columns: ${line}`);
    assert.match(lines[0], /^INSTANCE +STATE .*STREAMS .*REDIS$/);
  }
  assert.doesNotMatch((await linesAt(80))[0], /VERSION/);
  assert.match((await linesAt(80))[0], /UPTIME .*P95 +PROBE/);
  assert.match((await linesAt(120))[0], allColumns);
});

test('an instance that wants a key says so, and is not taken for one without a row', async (t) => {
  const folder = temporaryFolder(t);
  const key = crypto.randomBytes(32).toString('hex');
  const keys = fileWith(t, `backend sha256:${crypto.createHash('sha256').update(key).digest('hex')} *\n`);
  const options = {config: {ops: {publish_keys_file: keys}}, instance: '1', opsListen: `unix:${folder}/1.ops.sock`};
  const {redis} = await startBoth(t, options);
  const file = fileWith(t, JSON.stringify({ops: {listen: `unix:${folder}/{instance}.ops.sock`},
    backplane: {type: 'redis', redis: {url: redis.url}}}), 'freshet.yaml');
  const {stdout} = assertExit(await status('--config', file), 69);
  assert.match(stdout, /1\.ops\.sock +answers 401 Unauthorized.* \(--key-file FILE sends a publish key\)\n$/);
  const named = assertExit(await status('--config', file, '--key-file', fileWith(t, key)), 0);
  assert.match(named.stdout, /\n1 +ready /);
  // Another one, of which only the address is known, may be any of those in Redis.
  const daemon = await startFreshetd(t, {redis: redis.url, instance: 'two', config: options.config});
  const unknown = assertExit(await status('--redis', redis.url, opsOf(daemon)), 69);
  assert.match(unknown.stdout, /\nalso on this Redis \(a row without a status may be one of them\): 1, two\n$/);
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
