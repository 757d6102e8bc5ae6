// Keys from an issuer's web server: taken at the start, rotated while clients come and go, kept while it is away.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {KeyServer} from '../support/key_server.mjs';
import {run} from '../support/process.mjs';
import {Signer, ask, assertRefused, assertSentAway, assertServed, bearer, keep, keySet, startGuarded} from '../support/tokens.mjs';

// Between two fetches lie ten seconds, and more under load.
const patience = {ms: 60_000};
const took = /took a new key set/;

const startFetching = (t, url, {jwt = {}, ...options} = {}) =>
  startGuarded(t, {config: {auth: {jwt: {jwks_url: url, ...jwt}}}, ...options});

/** Asserts that a token of this signer opens a stream of its user's channel, or that it does not. */
const opens = async (daemon, signer) => assertServed(daemon, 'channel=@me', {headers: bearer(await signer.sign())});
const isRefused = async (daemon, signer) => assertRefused(daemon, 'channel=@me', 401, {headers: bearer(await signer.sign())});

test('rotation: a token with a new key is refused, and good once the keys were fetched again', async (t) => {
  const [first, second] = ['first', 'second'].map((kid) => new Signer('ES256', {kid}));
  const server = await KeyServer.start(t, await keySet(first));
  const daemon = await startFetching(t, server.url);
  await daemon.program.output(took);
  await opens(daemon, first);
  const stream = await daemon.stream('channel=@me', {headers: bearer(await first.sign())});
  await stream.opening();

  server.text = await keySet(first, second);
  const before = daemon.log.length;
  const {problem} = await isRefused(daemon, second);
  assert.match(problem.detail, /kid/);
  // However many come, it is fetched once.
  for (let index = 0; index < 50; index += 1) await isRefused(daemon, second);
  await daemon.program.output(took, {from: before, ...patience});
  assert.equal(server.requests, 2);
  await opens(daemon, second);
  await opens(daemon, first);
  assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'unknown_key'}), 51);

  // And the old one goes: what was verified before is not remembered.
  server.text = await keySet(second);
  const then = daemon.log.length;
  await isRefused(daemon, new Signer('ES256', {kid: 'made up'}));
  await daemon.program.output(took, {from: then, ...patience});
  await isRefused(daemon, first);
  assert.ok(!stream.ended, 'streams that stand are left alone');
  stream.close();
});

test('an issuer that is away at first, then there, then away again', async (t) => {
  const signer = new Signer('RS256', {kid: 'one'});
  const server = await KeyServer.start(t, await keySet(signer));
  await server.stop();
  const daemon = await startFetching(t, server.url, {jwt: {jwks_refresh: '10s'}});
  await daemon.program.output(/error auth\.jwt\.jwks_url: .*connect/);
  // A token that cannot be judged yet may be good. 401 would be the end of an EventSource that came a moment too early.
  const early = async () => assertSentAway(await ask(daemon, 'channel=@me', {headers: bearer(await signer.sign())}), 2250, 3750);
  for (let index = 0; index < 5; index += 1) assert.deepEqual((await early()).events, []);
  assert.equal(await daemon.metric('freshet_shed_total', {reason: 'keys'}), 5);
  await assertRefused(daemon, 'channel=@me', 401);
  await assertRefused(daemon, 'channel=@me', 401, {headers: bearer('rubbish')});

  // Nor do such tokens put off the next try.
  const again = await KeyServer.start(t, await keySet(signer), {port: server.port});
  await daemon.program.output(took, patience);
  await opens(daemon, signer);
  await isRefused(daemon, new Signer('RS256', {kid: 'one'}));
  await isRefused(daemon, new Signer('RS256', {kid: 'two'}));
  await again.stop();
  await daemon.program.output(/the last key set stays in force/, patience);
  await opens(daemon, signer);
});

test('keys stay in force when', {concurrency: true}, async (t) => {
  const signer = new Signer('EdDSA', {kid: 'one'});
  const text = await keySet(signer);
  const oversized = JSON.stringify({keys: [JSON.parse(text).keys[0]], padding: 'x'.repeat(256 * 1024)});
  const elsewhere = await KeyServer.start(t, await keySet(new Signer('EdDSA', {kid: 'evil'})));
  const broken = {
    'the issuer goes away': [(server) => server.stop(), /jwks_url: .*; the last key set stays in force/],
    'it answers with more than 256 KiB': [(server) => { server.text = oversized; }, /jwks_url: more than 262144 bytes; the last key set stays/],
    'it answers with something else': [(server) => { server.text = '<html>502</html>'; }, /jwks_url.*; the last keys stay in force/],
    'it answers with nothing': [(server) => { server.text = ''; }, /jwks_url: answered with nothing; the last key set stays/],
    'it answers with a redirect, which is not followed': [
      (server) => { server.location = elsewhere.url; }, /jwks_url: answered with status 302; the last key set stays/],
  };
  await Promise.all(Object.entries(broken).map(([what, [breakIt, says]]) => t.test(what, async (t2) => {
    const server = await KeyServer.start(t2, text);
    const daemon = await startFetching(t2, server.url, {jwt: {jwks_refresh: '10s'}});
    await daemon.program.output(took);
    await breakIt(server);
    await daemon.program.output(says, patience);
    await opens(daemon, signer);
  })));
  assert.equal(elsewhere.requests, 0);
});

test('over HTTPS, from a server whose certificate nobody vouches for: no keys, and the log says why', async (t) => {
  const folder = temporaryFolder(t);
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]);
  assert.equal(made.code, 0, made.stderr);
  const signer = new Signer('PS256', {kid: 'one'});
  const server = await KeyServer.start(t, await keySet(signer), {tls: {key: fs.readFileSync(key), cert: fs.readFileSync(cert)}});
  const daemon = await startFetching(t, server.url);
  await daemon.program.output(/error auth\.jwt\.jwks_url: .*certificate/i);
  await assertSentAway(await ask(daemon, 'channel=@me', {headers: bearer(await signer.sign())}), 2250, 3750);
  assert.equal(server.requests, 0);
});

test('a set in which some keys are of no use: they are skipped, and the log says which', async (t) => {
  const signer = new Signer('ES384', {kid: 'good'});
  const usable = JSON.parse(await keySet(signer)).keys;
  const file = keep(temporaryFolder(t), 'jwks', JSON.stringify({keys: [{kty: 'RSA', kid: 'hollow'}, ...usable, {kty: 'odd', kid: 'unknown'}]}));
  const daemon = await startGuarded(t, {config: {auth: {jwt: {jwks_file: file}}}});
  assert.match(daemon.log, /warning auth\.jwt\.jwks_file: key 1 \(kid "hollow"\)/);
  assert.match(daemon.log, /warning auth\.jwt\.jwks_file: key 3 \(kid "unknown"\)/);
  await opens(daemon, signer);
});
