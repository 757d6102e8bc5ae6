// Where the primary is, is for the sentinels to say: what is said when they do not, and that it is the primary.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {masterName, startSentinels} from '../support/sentinel.mjs';
import {until} from '../support/wait.mjs';

test('sentinels that want a password', async (t) => {
  const cluster = await startSentinels(t, {servers: 1, sentinels: 1, password: 'sentinels-own'});
  const file = path.join(temporaryFolder(t), 'password');
  fs.writeFileSync(file, 'not-the-secret\n');
  const config = structuredClone(cluster.config);
  Object.assign(config.backplane.redis.sentinel, {password_file: file});
  const daemon = await startFreshetd(t, {redis: cluster.url, config, wait: false});
  const reason = await daemon.notReady(/sentinel mymaster: no sentinel answers \(127\.0\.0\.1:\d+: AUTH refused: WRONGPASS/);
  assert.doesNotMatch(reason.reason, /nobody\.invalid/);
  fs.writeFileSync(file, 'sentinels-own\n');
  await daemon.ready();
  assert.doesNotMatch(daemon.log, /not-the-secret|sentinels-own/);
});

test('sentinels that do not know the primary, and servers that are none', async (t) => {
  const cluster = await startSentinels(t, {servers: 1, sentinels: 1});
  const config = structuredClone(cluster.config);
  const {sentinel} = config.backplane.redis;
  sentinel.nodes.push(`127.0.0.1:${cluster.primary.port}`);
  sentinel.master = 'other';
  const daemon = await startFreshetd(t, {redis: cluster.url, config, wait: false});
  await daemon.notReady(/sentinel other: no sentinel knows it \(\S+ does not know the master "other"; \S+: is Redis itself, not a sentinel\)/);
  await cluster.sentinels[0].client.call('SENTINEL', 'MONITOR', 'other', '127.0.0.1', cluster.primary.port, 1);
  await daemon.ready();
});

test('starting while neither sentinels nor Redis are there, and catching up', async (t) => {
  const cluster = await startSentinels(t, {servers: 2});
  for (const sentinel of cluster.sentinels) await sentinel.kill9();
  for (const server of cluster.servers) await server.kill9();
  const config = {streams: {heartbeat: '1s'}, ...cluster.config};
  const daemon = await startFreshetd(t, {redis: cluster.url, config, wait: false});
  await daemon.notReady(new RegExp(`sentinel ${masterName}: no sentinel answers \\(127\\.0\\.0\\.1:\\d+: Connection refused; `));
  const stream = await daemon.stream('channel=early');
  await stream.waitFor(() => stream.comments.length > 0, 'a heartbeat');
  assert.deepEqual(stream.events, []);
  await Promise.all(cluster.sentinels.map((sentinel) => sentinel.start()));
  await daemon.notReady(/redis 127\.0\.0\.1:\d+: subscriber: .*refused \(sentinel mymaster: 3 of 3 name 127\.0\.0\.1:\d+\)/);
  await cluster.primary.start();
  await daemon.ready();
  await stream.opening();
  const id = await publishTo(cluster.client, 'early', 'hello');
  assert.equal((await stream.next()).id, id);
  stream.close();
});

test('without Sentinel, a server that is a replica is turned down until it is promoted', async (t) => {
  const primary = await startRedis(t, {functions: false});
  const replica = await startRedis(t, {functions: false, args: ['--replicaof', `127.0.0.1 ${primary.port}`]});
  const daemon = await startFreshetd(t, {redis: replica.url, wait: false});
  const isReplica = new RegExp(`redis ${replica.url.slice(8, -2)}: \\w+: is a replica of 127\\.0\\.0\\.1:${primary.port}, not the primary`);
  await daemon.notReady(isReplica);
  await replica.client.replicaof('NO', 'ONE');
  await daemon.ready();
  const stream = await daemon.stream('channel=demoted');
  await stream.opening();
  await replica.client.replicaof('127.0.0.1', primary.port);
  await daemon.notReady(/READONLY|is a replica/);
  await daemon.notReady(isReplica);
  await replica.client.replicaof('NO', 'ONE');
  await daemon.ready();
  const id = await publishTo(replica.client, 'demoted', 'x');
  await until(() => stream.messages.at(-1)?.id === id, 'the event');
  assert.ok(!stream.ended);
  stream.close();
});
