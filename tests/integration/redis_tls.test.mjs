// TLS to Redis: who is believed, what is said when nobody can be, and certificates that change while streams are open.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {Authority} from '../support/certificates.mjs';
import {runFreshetd, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {Program} from '../support/process.mjs';
import {idsAndData, publishSome, publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';

/** A Redis with a port for TLS, `tlsUrl`; the tests publish through its plain one. */
async function startTlsRedis(t, {authority, identity, args = []}) {
  const port = await freePort();
  const redis = await startRedis(t, {args: [
    '--tls-port', String(port), '--tls-ca-cert-file', authority.file, '--tls-cert-file', identity.certificate,
    '--tls-key-file', identity.key, '--tls-auth-clients', 'no', '--tls-replication', 'no', ...args,
  ]});
  return Object.assign(redis, {tlsPort: port, tlsUrl: `rediss://127.0.0.1:${port}/0`});
}

const withTls = (tls) => ({backplane: {redis: {tls}}});

async function reload(daemon, tls, says = /info reloaded:/) {
  if (tls) daemon.writeConfig(withTls(tls));
  const from = daemon.log.length;
  daemon.signal('SIGHUP');
  await daemon.program.output(says, {from});
}

test('events flow over TLS, large ones and large replays too', async (t) => {
  const authority = new Authority(temporaryFolder(t));
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis')});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({ca_file: authority.file})});
  const ours = (await redis.client.client('LIST')).split('\n').filter((line) => / name=freshet:/.test(line));
  assert.equal(ours.length, 2, 'both connections are up');
  for (const line of ours) assert.match(line, new RegExp(` laddr=127.0.0.1:${redis.tlsPort} `));

  const stream = await daemon.stream('channel=tls');
  await stream.opening();
  const small = await publishSome(redis.client, 'tls', 50);
  assert.deepEqual(idsAndData(await stream.collect(50)), small);
  const id = await daemon.publish('tls', 'over the operations listener');
  await stream.next((event) => event.id === id);

  const huge = '0123456789abcdef'.repeat(200 * 64);
  const sent = [{id: await publishTo(redis.client, 'tls', huge), data: huge}];
  const published = await daemon.publish('tls', huge);
  sent.push({id: published, data: huge});
  assert.deepEqual(idsAndData((await stream.collect(53)).slice(-2)), sent);
  stream.close();

  const ring = [];
  for (let index = 0; index < 200; index += 1) {
    const data = `${index} `.padEnd(20_000, 'x');
    ring.push({id: await publishTo(redis.client, 'ring', data), data});
  }
  const replay = await daemon.stream('channel=ring&last_event_id=earliest');
  assert.deepEqual(idsAndData(await replay.collect(200)), ring);
  replay.close();
});

test('a server that cannot be believed is refused with the reason, and taken once it can be', async (t) => {
  const folder = temporaryFolder(t);
  const authority = new Authority(folder);
  const other = new Authority(folder, 'another');
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis', {names: ['DNS:redis.test']})});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({ca_file: other.file}), wait: false});
  const stream = await daemon.stream('channel=tls');

  const refused = async (tls, reason) => {
    if (tls) await reload(daemon, tls);
    await daemon.program.output(new RegExp(`error redis 127\\.0\\.0\\.1:${redis.tlsPort}: \\w+: ${reason.source}`));
    const body = await daemon.notReady(reason);
    assert.match(body.reason, /^redis 127\.0\.0\.1:\d+: (?:subscriber|command): TLS: /);
  };
  await refused(undefined, /TLS: certificate verify failed: self-signed certificate in certificate chain/);
  await refused({ca_file: authority.file}, /TLS: certificate verify failed: IP address mismatch: it is not for 127\.0\.0\.1/);
  await refused({}, /TLS: certificate verify failed: self-signed certificate in certificate chain/);
  await refused({ca_file: authority.file, server_name: 'other.test'},
    /TLS: certificate verify failed: hostname mismatch: it is not for other\.test/);
  assert.deepEqual(stream.events, []);

  await reload(daemon, {ca_file: authority.file, server_name: 'redis.test'});
  await daemon.ready();
  await stream.opening();
  const id = await publishTo(redis.client, 'tls', 'believed');
  assert.equal((await stream.next()).id, id);
  stream.close();
});

test('verification can be turned off, which the log does not let pass', async (t) => {
  const authority = new Authority(temporaryFolder(t));
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis', {names: ['DNS:redis.test'], days: -1})});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({verify: false})});
  assert.match(daemon.log, /warning backplane\.redis\.tls\.verify is false/);
});

test('a Redis that asks for client certificates says what is wrong with them', async (t) => {
  const authority = new Authority(temporaryFolder(t));
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis'), args: ['--tls-auth-clients', 'yes']});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({ca_file: authority.file}), wait: false});
  const as = ({certificate, key}) => ({ca_file: authority.file, cert_file: certificate, key_file: key});
  await daemon.notReady(/TLS: the server refused: certificate required/);
  await reload(daemon, as(authority.issue('old', {days: -1})));
  await daemon.notReady(/TLS: the server refused: certificate expired/);
  await reload(daemon, as(authority.issue('client')));
  await daemon.ready();
  assert.match(await redis.client.client('LIST'), /name=freshet:one:command/);
});

test('certificates change on disk: SIGHUP takes them for later connections, and no stream notices', async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = [new Authority(folder, 'first'), new Authority(folder, 'second')];
  const file = `${folder}/ca.crt`;
  fs.copyFileSync(first.file, file);
  const identity = first.issue('redis');
  const redis = await startTlsRedis(t, {authority: first, identity, args: ['--appendonly', 'yes', '--appendfsync', 'always']});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({ca_file: file})});
  const stream = await daemon.stream('channel=tls');
  await stream.opening();
  const sent = await publishSome(redis.client, 'tls', 3);

  await t.test('broken files change nothing', async () => {
    fs.writeFileSync(file, 'half a certificate');
    await reload(daemon, undefined, /reload: the certificates are broken; nothing was changed/);
    assert.ok(daemon.log.includes(`error reload: backplane.redis.tls.ca_file: ${file}: no certificate in PEM format in it`));
    await reload(daemon, {ca_file: first.file, cert_file: identity.certificate, key_file: second.key}, /nothing was changed/);
    assert.match(daemon.log, /reload: backplane\.redis\.tls\.key_file: \S+: is not the key of the certificate in /);
    await reload(daemon, {ca_file: file, cert_file: identity.certificate}, /nothing was changed/);
    assert.match(daemon.log, /backplane\.redis\.tls\.cert_file: needs its key/);
    sent.push(...await publishSome(redis.client, 'tls', 3, sent.length));
    await stream.collect(sent.length);
  });

  await t.test('the standing connections stay', async () => {
    fs.copyFileSync(second.file, file);
    await reload(daemon, {ca_file: file});
    sent.push(...await publishSome(redis.client, 'tls', 3, sent.length));
    await stream.collect(sent.length);
    assert.equal(await daemon.metric('freshet_redis_reconnects_total'), 0);
  });

  await t.test('a Redis that comes back with another authority is believed', async () => {
    await redis.stop();
    await daemon.notReady();
    const renewed = second.issue('redis');
    fs.copyFileSync(renewed.certificate, identity.certificate);
    fs.copyFileSync(renewed.key, identity.key);
    await redis.start();
    await daemon.ready();
    sent.push(...await publishSome(redis.client, 'tls', 3, sent.length));
    assert.deepEqual(idsAndData(await stream.collect(sent.length)), sent);
    assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
  });
  stream.close();
});

test('a Redis that is killed and comes back over TLS has lost nothing', async (t) => {
  const authority = new Authority(temporaryFolder(t));
  const args = ['--appendonly', 'yes', '--appendfsync', 'always'];
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis'), args});
  const daemon = await startFreshetd(t, {redis: redis.tlsUrl, config: withTls({ca_file: authority.file})});
  const stream = await daemon.stream('channel=tls');
  await stream.opening();
  const sent = await publishSome(redis.client, 'tls', 20);
  for (let round = 0; round < 3; round += 1) {
    await redis.kill9();
    await daemon.notReady(/redis/);
    await redis.start();
    sent.push(...await publishSome(redis.client, 'tls', 20, sent.length));
    assert.deepEqual(idsAndData(await stream.collect(sent.length)), sent);
  }
  assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
  stream.close();
});

test('sentinels are spoken to over TLS as well', async (t) => {
  const folder = temporaryFolder(t);
  const authority = new Authority(folder);
  const identity = authority.issue('all');
  const redis = await startTlsRedis(t, {authority, identity});
  const port = await freePort();
  const file = `${folder}/sentinel.conf`;
  fs.writeFileSync(file, [
    'port 0', `tls-port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, 'tls-auth-clients no', 'tls-replication yes',
    `tls-ca-cert-file ${authority.file}`, `tls-cert-file ${identity.certificate}`, `tls-key-file ${identity.key}`,
    `sentinel monitor mymaster 127.0.0.1 ${redis.tlsPort} 1`, '',
  ].join('\n'));
  const sentinel = new Program('redis-server', [file, '--sentinel']);
  t.after(() => sentinel.kill9());
  await sentinel.output(/\+monitor master/, {where: 'stdout'});
  const config = withTls({ca_file: authority.file});
  config.backplane.redis.sentinel = {master: 'mymaster', nodes: [`127.0.0.1:${port}`]};
  const daemon = await startFreshetd(t, {redis: 'rediss://nobody.invalid/0', config});
  const id = await daemon.publish('tls', 'found');
  assert.match(id, /^\d+$/);
});

test('a port of the other kind is recognized', async (t) => {
  const authority = new Authority(temporaryFolder(t));
  const redis = await startTlsRedis(t, {authority, identity: authority.issue('redis')});
  await t.test('a TLS port, spoken to without', async (t2) => {
    const daemon = await startFreshetd(t2, {redis: `redis://127.0.0.1:${redis.tlsPort}/0`, wait: false});
    await daemon.notReady(/connection lost: .*\(a port for TLS takes a rediss:\/\/ URL\)/);
  });
  await t.test('a plain port, spoken to with TLS', async (t2) => {
    const config = withTls({ca_file: authority.file});
    const daemon = await startFreshetd(t2, {redis: redis.url.replace('redis:', 'rediss:'), config, wait: false});
    await daemon.notReady(/no TLS handshake within 5 s \(does this port speak TLS\?\)|the server does not speak TLS/);
  });
});

test('--check-config reads the files', async (t) => {
  const folder = temporaryFolder(t);
  const authority = new Authority(folder);
  const {certificate, key} = authority.issue('client');
  const check = (tls, url = 'rediss://redis.test') => {
    const file = `${folder}/freshet.yaml`;
    fs.writeFileSync(file, JSON.stringify({backplane: {type: 'redis', redis: {url, tls}}}));
    return runFreshetd(['--config', file, '--check-config']);
  };
  assert.equal((await check({ca_file: authority.file, cert_file: certificate, key_file: key})).code, 0);
  const refusals = {
    'ca_file: .*/authority.key: no certificate in PEM format in it': {ca_file: authority.key},
    'cert_file: .*client.key: no certificate in PEM format in it': {cert_file: key, key_file: key},
    'key_file: .*client.crt: no private key in PEM format in it': {cert_file: certificate, key_file: certificate},
    'key_file: .*/authority.key: is not the key of the certificate in .*client.crt': {cert_file: certificate, key_file: authority.key},
    'ca_file: /no/such/file: No such file or directory': {ca_file: '/no/such/file'},
  };
  for (const [reason, tls] of Object.entries(refusals)) {
    const result = await check(tls);
    assert.equal(result.code, 78, reason);
    assert.match(result.stderr, new RegExp(`backplane\\.redis\\.tls\\.${reason}`));
  }
  const plain = await check({ca_file: authority.file}, 'redis://redis.test');
  assert.equal(plain.code, 78);
  assert.match(plain.stderr, /backplane\.redis\.tls\.ca_file: does nothing unless backplane\.redis\.url begins with rediss:/);
});
