// The users of deploy/redis for replication and sentinels: a failover with their rights, and nothing more for the daemon.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

import {Redis} from 'ioredis';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {Program} from '../support/process.mjs';
import {startRedis} from '../support/redis.mjs';
import {aclFile, aclUsers, passwordFile, withUsers} from '../support/redis_users.mjs';
import {until} from '../support/wait.mjs';

const users = aclUsers('users.acl');
const sentinelUsers = aclUsers('sentinel-users.acl');
const loginOf = (table, name) => ({username: name, password: table.get(name).password});

/** A sentinel of its own with the users of the file; `as(name)` connects as one of them. */
async function startSentinel(t, primary) {
  const port = await freePort();
  const file = path.join(temporaryFolder(t), 'sentinel.conf');
  const {username, password} = loginOf(users, 'sentinel');
  fs.writeFileSync(file, [
    `port ${port}`, 'bind 127.0.0.1', `aclfile ${aclFile(t, 'sentinel-users.acl')}`, `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    `sentinel auth-user main ${username}`, `sentinel auth-pass main ${password}`, 'sentinel failover-timeout main 2000', '',
  ].join('\n'));
  const program = new Program('redis-server', [file, '--sentinel']);
  t.after(() => program.kill9());
  await program.output(/\+monitor master/, {where: 'stdout'});
  const as = (name) => {
    const client = new Redis({port, host: '127.0.0.1', retryStrategy: null, enableReadyCheck: false, ...loginOf(sentinelUsers, name)});
    client.on('error', () => {});
    t.after(() => client.disconnect());
    return client;
  };
  return {port, program, as};
}

/** INFO replication, over a connection of its own: a sentinel ends those of a server whose role it changes. */
async function replicationOf(server) {
  const client = server.connect();
  try {
    return await client.info('replication').catch(() => '');
  } finally {
    client.disconnect();
  }
}

test('a failover with the users of deploy/redis', async (t) => {
  const {username: replicating, password: secret} = loginOf(users, 'replica');
  const replication = ['--masteruser', replicating, '--masterauth', secret, '--repl-diskless-sync-delay', '0'];
  const primary = await startRedis(t, withUsers(t, replication));
  const replica = await startRedis(t, withUsers(t, [...replication, '--replicaof', '127.0.0.1', String(primary.port)]));
  await until(async () => /master_link_status:up/.test(await replicationOf(replica)), 'the replica to follow');
  const sentinel = await startSentinel(t, primary);
  const admin = sentinel.as('admin');
  await until(async () => (await admin.call('SENTINEL', 'REPLICAS', 'main')).length === 1, 'the sentinel to see the replica',
    {detail: () => sentinel.program.stdout});

  const startDaemon = (options) => startFreshetd(t, {
    redis: 'redis://nobody.invalid:1/0', ...options,
    config: {backplane: {redis: {
      username: 'freshetd', password_file: passwordFile(t, users.get('freshetd').password),
      sentinel: {
        master: 'main', nodes: [`127.0.0.1:${sentinel.port}`],
        username: 'freshetd', password_file: passwordFile(t, sentinelUsers.get('freshetd').password),
      },
    }}},
  });
  const daemon = await startDaemon({instance: 'follower'});
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  const id = await daemon.publish('news', 'before');
  assert.equal((await stream.next()).id, id);

  await until(() => admin.call('SENTINEL', 'FAILOVER', 'main').then(() => true, () => false), 'SENTINEL FAILOVER');
  await until(async () => /role:master/.test(await replicationOf(replica)), 'the promotion', {detail: () => sentinel.program.stdout});
  await until(async () => (await daemon.ops('/publish?channel=news', {method: 'POST', body: 'after'})).status === 200, 'publishing to go on',
    {detail: () => daemon.log});
  await stream.next(({data}) => data === 'after');
  stream.close();
  assert.doesNotMatch(daemon.log, /NOPERM/);

  await t.test('the daemon may ask its sentinels, and nothing else', async () => {
    const confined = sentinel.as('freshetd');
    assert.equal((await confined.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')).length, 2);
    const tries = [['SENTINEL', 'FAILOVER', 'main'], ['SENTINEL', 'SET', 'main', 'quorum', '2'], ['SENTINEL', 'RESET', 'main'],
      ['SENTINEL', 'REMOVE', 'main'], ['SENTINEL', 'CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['SHUTDOWN'], ['SUBSCRIBE', '*']];
    for (const attempt of tries) await assert.rejects(confined.call(...attempt), /NOPERM/, attempt.join(' '));
  });

  for (const right of ['sentinel|master', 'sentinel|get-master-addr-by-name']) {
    await t.test(`without +${right} it does not know the primary, and says why`, async (t2) => {
      await admin.acl('SETUSER', 'freshetd', `-${right}`);
      t2.after(() => admin.acl('SETUSER', 'freshetd', `+${right}`));
      const lacking = await startDaemon({instance: 'lacking', wait: false});
      await lacking.notReady(/NOPERM/);
      await lacking.stop();
    });
  }
});
