// Sentinel moves the primary: every daemon follows, no stream is dropped, nothing is lost without a word.
import assert from 'node:assert/strict';
import test from 'node:test';

import {connectionsOf, sentinelScene} from '../support/sentinel.mjs';

test('a planned failover while writes are held up: nothing is lost, nobody is told of a loss', async (t) => {
  const {scene, cluster, followed} = await sentinelScene(t);
  scene.begins();
  await cluster.replicate();
  await followed(await cluster.failover());
  await scene.recovers();
  await scene.ends();
});

test('a planned failover while events go on: what the old primary forgot is told', async (t) => {
  const {scene, cluster, followed, ends} = await sentinelScene(t);
  scene.begins();
  await followed(await cluster.failover());
  await scene.recovers();
  await ends({mostResets: 1});
});

test('the primary is killed -9 once all is replicated, and comes back as a replica: it is not followed', async (t) => {
  const {scene, cluster, followed} = await sentinelScene(t);
  scene.begins();
  await cluster.replicate();
  const switched = await cluster.killPrimary();
  await followed(switched);
  await scene.recovers();
  scene.begins();
  await switched.from.start();
  const stays = scene.reconnects();
  await scene.publisher.more(100);
  await cluster.settled();
  assert.deepEqual(await connectionsOf(switched.from), []);
  assert.deepEqual(await scene.reconnects(), await stays);
  await scene.recovers();
  await scene.ends();
});

test('two failovers in a row, the second one by kill -9', async (t) => {
  const {scene, cluster, followed, ends} = await sentinelScene(t);
  for (const how of ['failover', 'killPrimary']) {
    scene.begins();
    await followed(await cluster[how]());
  }
  await scene.recovers();
  await ends({mostResets: 2});
});

test('sentinels that are dead or hang do no harm, and one that is cut off does not lead back', async (t) => {
  const {scene, cluster, followed} = await sentinelScene(t);
  const [first, second, third] = cluster.sentinels;

  await t.test('one of three hangs: streams go on, a failover is followed', async () => {
    third.program.signal('SIGSTOP');
    third.asleep = true;
    for (const daemon of scene.daemons) {
      await daemon.program.output(new RegExp(`warning sentinel ${third.address}: no reply`));
      assert.equal((await daemon.ops('/readyz')).status, 200);
    }
    scene.begins();
    await cluster.replicate();
    await followed(await cluster.killPrimary());
    await scene.recovers();
  });

  await t.test('the others are dead, and it still names the old primary, which is back: it is not believed', async () => {
    const [old] = cluster.replicas.filter(({program}) => !program.running);
    for (const sentinel of cluster.sentinels) await sentinel.kill9();
    await old.start();   // as the primary that it was
    third.asleep = false;
    third.configure({servers: [old], sentinels: [third]});
    scene.begins();
    await third.start();
    assert.deepEqual(await third.primary(), {port: old.port, epoch: 0});
    for (const daemon of scene.daemons) {
      await daemon.program.output(new RegExp(`sentinel ${third.address}: knows the master`), {from: scene.logged[scene.daemons.indexOf(daemon)]});
    }
    await scene.publisher.more(100);
    assert.deepEqual(await connectionsOf(old), []);
    await scene.recovers();
    await old.kill9();
  });

  await t.test('all are dead: streams go on, also over a new connection', async () => {
    await third.kill9();
    scene.begins();
    await scene.killDaemons();
    await scene.recovers();
  });

  await t.test('they are back: a failover is followed', async () => {
    await Promise.all([first.start(), second.start()]);
    await cluster.settled();
    scene.begins();
    await cluster.replicate();
    await followed(await cluster.killPrimary());
    await scene.recovers();
  });
  await scene.ends();
});
