// Redis loses its data or its functions, or cannot take any more.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {historyLost, startScene} from '../support/fault.mjs';
import {run} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

const promiseMs = 5000;

test('FLUSHALL: every stream is told at once, and ids go on rising', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  await scene.redis.client.flushall();
  await Promise.all(scene.steady.map((follower) => follower.waitFor(() => follower.resets.length > 0, 'the reset')));
  assert.ok(performance.now() - scene.began < promiseMs);
  await scene.recovers();
  assert.deepEqual(await scene.reconnects(), [0, 0]);
  await scene.ends({resets: historyLost, forgetful: true});
});

test('FUNCTION FLUSH: the functions are back within 5 s, nothing is lost', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  await scene.redis.client.function('FLUSH');
  await scene.publisher.refused('ERR');
  assert.ok(await scene.recovers() < promiseMs);
  await scene.ends();
});

/** A Redis that refuses writes: publishers get the error and try again, streams stay, marks are taken again afterwards. */
async function refusesWrites(t, {scene, code, begin, end, ready = false}) {
  const ring = () => scene.redis.client.lrange('freshet:ring:quiet', 0, -1);
  scene.begins();
  await begin();
  await scene.publisher.refused(code);
  const before = await ring();
  await assert.rejects(scene.redis.client.call('FCALL', 'freshet_publish', 1, 'quiet', 'refused'), new RegExp(`^ReplyError: ${code} `));
  assert.deepEqual(await ring(), before);
  const [daemon] = scene.daemons;
  const reply = await daemon.ops('/publish?channel=quiet', {method: 'POST', body: 'refused'});
  assert.equal(reply.status, 503);
  assert.match(reply.text, new RegExp(code));
  if (!ready) await scene.noticed(new RegExp(`FCALL freshet_mark: ${code} `));
  await scene.heartbeats();
  if (ready) for (const each of scene.daemons) assert.equal((await each.ops('/readyz')).status, 200, 'marks are taken');
  await end();
  scene.over();
  await scene.recovers();
  assert.deepEqual(await scene.reconnects(), [0, 0], 'another connection would not have helped');
  await scene.ends();
}

test('Redis is out of memory: publishing is refused, all else goes on', async (t) => {
  const scene = await startScene(t);
  const {client} = scene.redis;
  await refusesWrites(t, {
    scene, code: 'OOM', ready: true,
    begin: () => client.config('SET', 'maxmemory', '1'),
    end: () => client.config('SET', 'maxmemory', '0'),
  });
});

test('the disk of the AOF is full: publishing is refused, streams stay, it recovers', async (t) => {
  // A limit of the size of files stands for the disk. Redis sees the error if it does not die of the signal.
  const command = ['sh', '-c', 'trap "" XFSZ; exec redis-server "$@"', 'redis-server'];
  const scene = await startScene(t, {redis: {command, args: ['--appendonly', 'yes']}});
  const limit = async (bytes) => {
    const result = await run('prlimit', ['--pid', String(scene.redis.program.pid), `--fsize=${bytes}:unlimited`]);
    assert.equal(result.code, 0, result.stderr);
  };
  await refusesWrites(t, {scene, code: 'MISCONF', begin: () => limit(1), end: () => limit('unlimited')});
});

test('a snapshot cannot be saved: publishing is refused, streams stay, it recovers', async (t) => {
  const scene = await startScene(t);
  const {client} = scene.redis;
  const obstacle = path.join(scene.redis.folder, 'dump.rdb');
  const save = async (status) => {
    await client.bgsave();
    await until(async () => new RegExp(`rdb_bgsave_in_progress:0[^]*rdb_last_bgsave_status:${status}`).test(await client.info('persistence')),
      `a snapshot: ${status}`);
  };
  await client.config('SET', 'save', '3600 1000000');
  await refusesWrites(t, {
    scene, code: 'MISCONF',
    begin: async () => {
      fs.mkdirSync(obstacle);
      await save('err');
    },
    end: async () => {
      fs.rmdirSync(obstacle);
      await save('ok');
    },
  });
});

test('Redis has fewer replicas than min-replicas-to-write: publishing is refused, streams stay, it recovers', async (t) => {
  const scene = await startScene(t);
  const {client} = scene.redis;
  await refusesWrites(t, {
    scene, code: 'NOREPLICAS',
    begin: () => client.config('SET', 'min-replicas-to-write', '1'),
    end: () => client.config('SET', 'min-replicas-to-write', '0'),
  });
});

test('an eviction policy that may take rings away is warned of', async (t) => {
  const {daemon} = await startBoth(t, {redisArgs: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru']});
  await daemon.program.output(/warning redis \S+: command: maxmemory-policy is allkeys-lru: .*noeviction/);
});
