// A failover to a replica that was cut off: events that the old primary took, and delivered, are forgotten by the new one.
import assert from 'node:assert/strict';
import test from 'node:test';

import {historyLost} from '../support/fault.mjs';
import {sentinelScene} from '../support/sentinel.mjs';

/** Publishes what only the primary keeps, kills it, and returns the ids that its successor has never heard of. */
async function loseWrites({scene, cluster, followed}) {
  await cluster.cutOffReplicas();
  const before = scene.publisher.ids.length;
  await scene.publisher.more(30);
  const seen = scene.publisher.ids.at(-1);
  await Promise.all(scene.steady.filter(({name}) => name.startsWith('steady')).map((follower) =>
    follower.waitFor(() => BigInt(follower.lastEventId || 0) >= seen, 'what will be lost')));
  scene.begins();
  await followed(await cluster.killPrimary());
  // The first ones may still have been in flight to the replicas when they were cut off.
  const lost = scene.publisher.ids.slice(before + 2).filter((id) => id <= seen);
  await scene.recovers();
  return lost;
}

/** Every event from now on reaches everybody who stays: what is new is never skipped together with what was lost. */
async function nothingNewIsSkipped(scene) {
  const from = scene.publisher.ids.length;
  const last = await scene.publisher.more(30);
  const fresh = scene.publisher.ids.slice(from).filter((id) => id <= last).map(String);
  for (const follower of scene.steady.filter(({name}) => name.startsWith('steady'))) {
    await follower.waitFor(() => BigInt(follower.lastEventId || 0) >= last, 'what is new');
    const got = new Set(follower.entries.map(({id}) => id));
    assert.deepEqual(fresh.filter((id) => !got.has(id)), [], follower.describe());
  }
}

test('a failover that loses writes: ids are never reused, everybody is told once, nothing new is skipped', async (t) => {
  const stage = await sentinelScene(t);
  const {scene, cluster} = stage;
  const lost = await loseWrites(stage);
  assert.ok(lost.length >= 20, 'events were lost');
  const kept = await cluster.keptIds();
  assert.deepEqual(lost.filter((id) => kept.has(String(id))), [], 'lost ids are not given out again');
  await nothingNewIsSkipped(scene);
  await scene.ends({resets: historyLost, forgetful: true});
});

test('two such failovers in a row: everybody is told each time', async (t) => {
  const stage = await sentinelScene(t);
  const {scene, cluster} = stage;
  await loseWrites(stage);
  await cluster.settled();
  await loseWrites(stage);
  await nothingNewIsSkipped(scene);
  await scene.ends({resets: (client) => [...historyLost(client), ...historyLost(client)], forgetful: true});
});
