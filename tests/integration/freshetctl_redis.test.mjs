// freshetctl reaches Redis as the daemons do: over TLS, and where the sentinels say.
import assert from 'node:assert/strict';
import test from 'node:test';

import {Authority} from '../support/certificates.mjs';
import {assertExit, ctl, fileWith} from '../support/freshetctl.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {startSentinels} from '../support/sentinel.mjs';

const showRing = (t, redis) => {
  const file = fileWith(t, JSON.stringify({backplane: {type: 'redis', redis}}), 'freshet.yaml');
  return ctl('ring', 'show', 'news', '--config', file);
};

test('over TLS, with the authority and the certificate of the configuration', async (t) => {
  const folder = temporaryFolder(t);
  const authority = new Authority(folder);
  const [server, client] = [authority.issue('redis'), authority.issue('client')];
  const port = await freePort();
  const redis = await startRedis(t, {args: ['--tls-port', String(port), '--tls-ca-cert-file', authority.file,
    '--tls-cert-file', server.certificate, '--tls-key-file', server.key]});
  await publishTo(redis.client, 'news', 'over TLS');
  const url = `rediss://127.0.0.1:${port}/0`;
  const identity = {cert_file: client.certificate, key_file: client.key};
  assert.match(assertExit(await showRing(t, {url, tls: {ca_file: authority.file, ...identity}}), 0).stdout, / over TLS\n/);
  assert.match(assertExit(await showRing(t, {url, tls: {ca_file: authority.file}}), 69).stderr, /redis 127\.0\.0\.1:\d+: .*TLS/);
  const other = new Authority(folder, 'other');
  assert.match(assertExit(await showRing(t, {url, tls: {ca_file: other.file, ...identity}}), 69).stderr, /TLS: .*certificate/);
  assertExit(await showRing(t, {url: `redis://127.0.0.1:${port}/0`}), 69);
});

test('the primary is where the sentinels say', async (t) => {
  const cluster = await startSentinels(t, {servers: 2});
  await cluster.primary.loadFunctions();
  await publishTo(cluster.primary.client, 'news', 'from the primary');
  const redis = {...cluster.config.backplane.redis, url: cluster.url};
  assert.match(assertExit(await showRing(t, redis), 0).stdout, / from the primary\n/);

  const nobody = `127.0.0.1:${await freePort()}`;
  const none = await showRing(t, {...redis, sentinel: {master: 'mymaster', nodes: [nobody]}});
  assert.match(assertExit(none, 69).stderr, /sentinel mymaster: no sentinel answers/);
});
