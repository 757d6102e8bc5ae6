// freshetctl doctor: one thing after the other is broken, and must be told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {assertExit, ctl, fileWith, opsOf} from '../support/freshetctl.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {run} from '../support/process.mjs';
import {librarySource, startRedis} from '../support/redis.mjs';
import {aclUsers, passwordFile, withUsers} from '../support/redis_users.mjs';
import {until} from '../support/wait.mjs';

/** Little enough for the descriptors that any machine allows. */
const limits = {connections: 200};

/** Runs doctor with this configuration. Returns its result with the findings by check, those of one check in a list. */
async function doctor(t, config, ...args) {
  const file = fileWith(t, JSON.stringify({limits, ...config}), 'freshet.yaml');
  const result = await ctl('doctor', '--config', file, '--json', ...args);
  const {ok, findings} = JSON.parse(result.stdout);
  const checks = new Map();
  for (const each of findings) checks.set(each.check, [...(checks.get(each.check) ?? []), each]);
  assert.equal(result.code, ok ? 0 : 1, result.stdout);
  assert.equal(ok, findings.every(({verdict}) => verdict !== 'fail'));
  for (const each of findings) {
    if (each.verdict === 'warn' || each.verdict === 'fail') assert.ok(each.advice, `${each.check} says what to change`);
  }
  return {...result, ok, checks};
}

function assertVerdict(result, check, verdict, what = /./, advice = /^/) {
  const found = result.checks.get(check)?.find((each) => each.verdict === verdict && what.test(each.what));
  assert.ok(found, `${verdict} of ${check} like ${what}:\n${result.stdout}`);
  assert.match(found.advice ?? '', advice);
}

const backplane = (redis, over = {}, history = {}) => ({type: 'redis', redis: {url: redis.url, ...over}, history});

test('a machine as it should be', async (t) => {
  const redis = await startRedis(t, {functions: false, args: ['--appendonly', 'yes',
    '--client-output-buffer-limit', 'pubsub 256mb 64mb 60', '--busy-reply-threshold', '2000', '--tcp-keepalive', '60']});
  const config = {limits, backplane: backplane(redis)};
  const daemon = await startFreshetd(t, {config});
  await daemon.stop();
  const running = await startFreshetd(t, {config, redis: redis.url});
  const enough = await run('prlimit', ['--pid', String(running.pid), `--nofile=${limits.connections + 1100}:`]);
  assert.equal(enough.code, 0, enough.stderr);
  const result = await doctor(t, config, '--ops', opsOf(running));
  assert.equal(result.ok, true, result.stdout);
  for (const check of ['config.file', 'redis.connect', 'redis.version', 'redis.rights', 'redis.functions', 'redis.history',
    'redis.time', 'redis.eviction', 'redis.memory', 'redis.clients', 'redis.persistence', 'redis.output_buffer',
    'redis.timeouts', 'redis.busy', 'instance.ready', 'system.descriptors']) {
    assertVerdict(result, check, 'ok');
  }
  assert.deepEqual(await redis.client.keys('freshet:freshetctl*'), [], 'nothing is left behind');
  assert.deepEqual(await redis.client.keys('freshet:ring:*'), []);

  const file = fileWith(t, JSON.stringify(config), 'freshet.yaml');
  const {stdout} = assertExit(await ctl('doctor', '--config', file, '--ops', opsOf(running)), 0);
  assert.match(stdout, /^ok    config\.file: .*freshet\.yaml is valid\nok    redis\.connect: redis 127\.0\.0\.1:\d+ is reached/);
  assert.match(stdout, /\n0 failed, \d+ to look at, \d+ fine, 0 not looked at\n$/);
});

test('Redis settings, one after the other', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const look = (over, history) => doctor(t, {backplane: backplane(redis, over, history)}, '--ops', opsOf(daemon));
  const broken = [
    ['maxmemory-policy', 'allkeys-lru', 'redis.eviction', 'fail', /allkeys-lru/, /noeviction/],
    ['maxmemory', '1', 'redis.memory', 'fail', /used of maxmemory/, /maxmemory/],
    ['appendonly', 'no', 'redis.persistence', 'warn', /appendonly no/, /appendonly yes/],
    ['client-output-buffer-limit', 'pubsub 1mb 1mb 60', 'redis.output_buffer', 'warn', /1 MiB at once/, /256mb/],
    ['client-output-buffer-limit', 'pubsub 0 0 0', 'redis.output_buffer', 'warn', /is off/, /256mb/],
    ['timeout', '300', 'redis.timeouts', 'warn', /timeout 300/, /timeout 0/],
    ['tcp-keepalive', '0', 'redis.timeouts', 'warn', /tcp-keepalive 0/, /tcp-keepalive 60/],
    ['busy-reply-threshold', '9000', 'redis.busy', 'warn', /9000/, /2000/],
    ['maxclients', '4', 'redis.clients', 'warn', /of 4 clients/, /maxclients/],
  ];
  for (const [name, value, check, verdict, what, advice] of broken) {
    await t.test(`${name} ${value}`, async () => {
      const [, before] = await redis.client.config('GET', name);
      await redis.client.config('SET', name, value);
      assertVerdict(await look(), check, verdict, what, advice);
      await redis.client.config('SET', name, before);
    });
  }
  await t.test('a history that the file says otherwise', async () => {
    assertVerdict(await look({}, {events: 99, ttl: '2h'}), 'redis.history', 'warn', /events is 99 in the file and 256/);
  });
  await t.test('a function library that is missing, or is not to be loaded', async () => {
    await redis.client.function('DELETE', 'freshet');
    assertVerdict(await look(), 'redis.functions', 'warn', /is missing/);
    assertVerdict(await look({load_functions: false}), 'redis.functions', 'fail', /is missing/, /FUNCTION LOAD REPLACE/);
    await redis.client.function('LOAD', 'REPLACE', librarySource.replace(/local VERSION = \d+/, 'local VERSION = 0'));
    assertVerdict(await look({load_functions: false}), 'redis.functions', 'fail', /has version 0/, /FUNCTION LOAD REPLACE/);
    assertVerdict(await look(), 'redis.functions', 'warn', /has version 0/);
  });
});

test('Redis that cannot be used', async (t) => {
  const redis = await startRedis(t);
  const nobody = `127.0.0.1:${await freePort()}`;
  const look = (over) => doctor(t, {backplane: backplane(redis, over)}, '--ops', nobody);
  assertVerdict(await look({url: `redis://${nobody}`}), 'redis.connect', 'fail', /refused/);
  assertVerdict(await look({username: 'freshetd', password_file: passwordFile(t, 'wrong')}), 'redis.connect', 'fail', /WRONGPASS/);
  const replica = await startRedis(t, {args: ['--replicaof', '127.0.0.1', String(redis.port)], functions: false});
  assertVerdict(await look({url: replica.url}), 'redis.connect', 'fail', /is a replica of 127\.0\.0\.1/);
  const memory = await doctor(t, {backplane: {type: 'memory'}}, '--ops', nobody);
  assertVerdict(memory, 'redis.connect', 'skip', /memory/);
  assertVerdict(memory, 'instance.ready', 'fail', /does not answer/);
});

test('the rights of the daemons\' user, one after the other', async (t) => {
  const redis = await startRedis(t, withUsers(t));
  await redis.loadFunctions();
  const {password, rules} = aclUsers('users.acl').get('freshetd');
  const admin = aclUsers('users.acl').get('admin');
  const login = {username: 'freshetd', password_file: passwordFile(t, password)};
  const nobody = `127.0.0.1:${await freePort()}`;
  const look = (...args) => doctor(t, {backplane: backplane(redis, login)}, '--ops', nobody, ...args);

  const least = await look();
  assertVerdict(least, 'redis.rights', 'ok');
  assertVerdict(least, 'redis.settings', 'skip', /NOPERM/, /--admin-user/);
  const asAdmin = await look('--admin-user', 'admin', '--admin-password-file', passwordFile(t, admin.password));
  assert.equal(asAdmin.checks.has('redis.settings'), false);
  assertVerdict(asAdmin, 'redis.busy', 'warn');
  const wrong = await look('--admin-user', 'admin', '--admin-password-file', passwordFile(t, 'wrong'));
  assertVerdict(wrong, 'redis.admin', 'fail', /WRONGPASS/);

  const optional = new Set(['+lindex', '+lpush', '+ltrim', '+get', '+set', '+role', '+client|setname', '+function|load']);
  const rights = rules.filter((rule) => rule.startsWith('+'));
  assert.ok(rights.length > 15);
  for (const right of rights) {
    await t.test(`without ${right}`, async () => {
      await redis.client.call('ACL', 'SETUSER', 'freshetd', right.replace('+', '-'));
      const result = await look();
      assertVerdict(result, 'redis.rights', optional.has(right) ? 'warn' : 'fail', new RegExp(`lacks \\${right.replace('|', '\\|')}`),
        /ACL SETUSER/);
      await redis.client.call('ACL', 'SETUSER', 'freshetd', right);
    });
  }
  await t.test('a subscription is tried last, on a channel that nobody else has', async () => {
    const monitor = await redis.client.monitor();
    const commands = [];
    monitor.on('monitor', (time, command) => commands.push(command.map(String)));
    await look();
    await redis.client.ping('over');
    await until(() => commands.at(-1)?.[1] === 'over', 'what Redis has heard');
    const last = commands.slice(-3, -1);
    monitor.disconnect();
    assert.deepEqual(last.map(([name]) => name), ['SUBSCRIBE', 'UNSUBSCRIBE']);
    for (const [, channel] of last) assert.match(channel, /^freshet:freshetctl:\d+$/);
  });
  await redis.client.call('ACL', 'SETUSER', 'freshetd', 'clearselectors');
  assertVerdict(await look(), 'redis.rights', 'warn', /fcall\|freshet_publish/);
  await redis.client.call('ACL', 'SETUSER', 'freshetd', 'resetchannels');
  assertVerdict(await look(), 'redis.rights', 'fail', /lacks \+publish/);
});

test('files, descriptors and instances', async (t) => {
  const {redis, daemon} = await startBoth(t, {config: {limits}});
  const config = {backplane: backplane(redis)};

  await t.test('a configuration that is not valid', async () => {
    const result = await doctor(t, {backplane: {typ: 'redis'}}, '--ops', opsOf(daemon));
    assertVerdict(result, 'config.file', 'fail', /backplane\.typ/);
    assertVerdict(result, 'redis.connect', 'skip');
    assertVerdict(result, 'instance.ready', 'ok');
  });
  await t.test('an instance with few descriptors', async () => {
    const limit = await run('prlimit', ['--pid', String(daemon.pid), '--nofile=128:128']);
    assert.equal(limit.code, 0, limit.stderr);
    const result = await doctor(t, config, '--ops', opsOf(daemon));
    assertVerdict(result, 'system.descriptors', 'fail', /instance one \(pid \d+\) may open 128 files/, /LimitNOFILE=1300/);
  });
  await t.test('an instance that is not ready', async () => {
    await redis.kill9();
    await daemon.notReady();
    const result = await doctor(t, config, '--ops', opsOf(daemon));
    assertVerdict(result, 'instance.ready', 'fail', /instance one is not ready: /, /journalctl/);
  });
});

test('the kernel is judged by its files', async (t) => {
  const result = await doctor(t, {listen: ['127.0.0.1:8080'], limits: {connections: 100_000}}, '--ops', `127.0.0.1:${await freePort()}`);
  const somaxconn = Number(fs.readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  assertVerdict(result, 'system.backlog', somaxconn >= 65535 ? 'ok' : 'warn', new RegExp(`is ${somaxconn}`));
  assertVerdict(result, 'system.ports', 'warn', /ports in net\.ipv4\.ip_local_port_range/, /unix socket/);
  const buffers = {streams: {write_buffer: '64MiB'}, limits: {...limits, buffer_per_connection: '128MiB'}};
  assertVerdict(await doctor(t, buffers, '--ops', `127.0.0.1:${await freePort()}`), 'system.write_buffer', 'warn',
    /less than streams\.write_buffer/, /wmem_max=67108864/);
});
