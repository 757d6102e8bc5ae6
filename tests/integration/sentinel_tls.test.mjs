// Sentinel moves the primary where everybody speaks TLS, and nothing else: daemons, servers to each other, and sentinels.
import test from 'node:test';

import {Authority} from '../support/certificates.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {sentinelScene} from '../support/sentinel.mjs';

function tlsScene(t) {
  const authority = new Authority(temporaryFolder(t));
  return sentinelScene(t, {tls: {authority, ...authority.issue('all')}});
}

test('a planned failover over TLS while writes are held up: nothing is lost, nobody is told of a loss', async (t) => {
  const {scene, cluster, followed} = await tlsScene(t);
  scene.begins();
  await cluster.replicate();
  await followed(await cluster.failover());
  await scene.recovers();
  await scene.ends();
});

test('a primary that is killed -9 while events go on over TLS: what was not replicated is told', async (t) => {
  const {scene, cluster, followed, ends} = await tlsScene(t);
  scene.begins();
  await followed(await cluster.killPrimary());
  await scene.recovers();
  await ends({mostResets: 1});
});
