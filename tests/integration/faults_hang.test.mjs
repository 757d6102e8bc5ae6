// Redis hangs, is busy, or loses connections.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startScene} from '../support/fault.mjs';
import {sleep, until} from '../support/wait.mjs';

/** Within which every fault that Redis itself does not tell of is noticed. */
const promiseMs = 5000;

test('Redis hangs for 10 s (SIGSTOP): it is noticed within 5 s, nothing is lost', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  scene.redis.program.signal('SIGSTOP');
  try {
    assert.ok(await scene.noticed(/no probe came back|two probes were not delivered|no reply to/) < promiseMs);
    const [daemon] = scene.daemons;
    const late = await daemon.stream('channel=news', {lastEventId: String(scene.publisher.ids[0])});
    assert.equal(late.status, 200);
    await late.waitFor(() => late.retries.length === 1, 'the head of a stream');
    assert.deepEqual(late.events, [], 'nothing is known, so nothing is said');
    late.close();
    // Redis may take it once it runs again: nobody here follows that channel.
    const reply = await daemon.ops('/publish?channel=aside', {method: 'POST', body: 'x'});
    assert.equal(reply.status, 504, reply.text);
    await scene.heartbeats(4);
    await sleep(10_000 - (performance.now() - scene.began));
  } finally {
    scene.redis.program.signal('SIGCONT');
  }
  scene.over();
  await scene.recovers();
  await scene.ends();
});

test('Redis is busy with a slow script: not ready, but connections stay, and it recovers', async (t) => {
  const scene = await startScene(t);
  await scene.redis.client.config('SET', 'busy-reply-threshold', '100');
  const killer = scene.redis.connect({enableReadyCheck: false});
  await killer.ping();
  scene.begins();
  const slow = scene.redis.client.eval('while true do end', 0).catch((error) => error);
  await scene.noticed(/FCALL freshet_mark: BUSY/);
  await scene.publisher.refused('BUSY');
  await scene.heartbeats();
  await killer.script('KILL');
  scene.over();
  assert.match((await slow).message, /killed/i);
  await scene.recovers();
  assert.deepEqual(await scene.reconnects(), [0, 0], 'another connection would not have helped');
  await scene.ends();
});

test('Redis ends connections again and again: nothing is lost, nothing comes twice', async (t) => {
  const scene = await startScene(t);
  scene.begins();
  for (let round = 0; round < 9; round += 1) {
    const before = await scene.reconnects();
    if (round % 3 !== 1) await scene.redis.client.client('KILL', 'TYPE', 'pubsub');
    if (round % 3 !== 0) await scene.redis.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await scene.publisher.more(5);
    await until(async () => (await scene.reconnects()).every((count, index) => count > before[index]), 'new connections');
  }
  scene.over();
  await scene.recovers();
  await scene.ends();
});
