// Keys from an issuer's web server: taken at the start, rotated while clients come and go, kept while it is away.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {describe, test} from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {KeyServer} from '../support/key_server.mjs';
import {run} from '../support/process.mjs';
import {Signer, ask, assertRefused, assertSentAway, assertServed, bearer, keep, keySet, secret, startGuarded} from '../support/tokens.mjs';

// Between two fetches lie ten seconds, and more under load.
const patience = {ms: 60_000};
const took = /took a new key set/;

const startFetching = (t, url, {jwt = {}, ...options} = {}) =>
  startGuarded(t, {config: {auth: {jwt: {jwks_url: url, ...jwt}}}, ...options});

/** Asserts that a token of this signer opens a stream of its user's channel, or that it does not. */
const opens = async (daemon, signer) => assertServed(daemon, 'channel=@me', {headers: bearer(await signer.sign())});
const isRefused = async (daemon, signer) => assertRefused(daemon, 'channel=@me', 401, {headers: bearer(await signer.sign())});
/** Asserts that a token of this signer is told to come back: it may be good, which is not known yet. */
const isSentAway = async (daemon, signer) =>
  assertSentAway(await ask(daemon, 'channel=@me', {headers: bearer(await signer.sign())}), 2250, 3750);

async function reload(daemon) {
  const from = daemon.log.length;
  daemon.signal('SIGHUP');
  await daemon.program.output(/reloaded:/, {from});
}

// Mostly they wait for the next fetch, so they wait together.
describe('a set from a URL', {concurrency: true}, () => {
  test('rotation: a token with a new key is told to come back, and good once the keys were fetched again', async (t) => {
    const [first, second] = ['first', 'second'].map((kid) => new Signer('ES256', {kid}));
    const server = await KeyServer.start(t, await keySet(first));
    const daemon = await startFetching(t, server.url);
    await daemon.program.output(took);
    await opens(daemon, first);
    const stream = await daemon.stream('channel=@me', {headers: bearer(await first.sign())});
    await stream.opening();

    server.text = await keySet(first, second);
    const before = daemon.log.length;
    // However many come, it is fetched once.
    await Promise.all(Array.from({length: 50}, () => isSentAway(daemon, second)));
    await daemon.program.output(took, {from: before, ...patience});
    assert.equal(server.requests, 2);
    await opens(daemon, second);
    await opens(daemon, first);
    assert.equal(await daemon.metric('freshet_shed_total', {reason: 'keys'}), 50);

    // And the old one goes: what was verified before is not remembered.
    server.text = await keySet(second);
    const then = daemon.log.length;
    const madeUp = new Signer('ES256', {kid: 'made up'});
    await isSentAway(daemon, madeUp);
    await daemon.program.output(took, {from: then, ...patience});
    // What the issuer still does not have is refused for good, by any of its tokens.
    const {problem} = await isRefused(daemon, madeUp);
    assert.match(problem.detail, /kid/);
    assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'unknown_key'}), 1);
    // The old one was asked for by nobody since it went.
    await isSentAway(daemon, first);
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
    for (let index = 0; index < 5; index += 1) assert.deepEqual((await isSentAway(daemon, signer)).events, []);
    assert.equal(await daemon.metric('freshet_shed_total', {reason: 'keys'}), 5);
    await assertRefused(daemon, 'channel=@me', 401);
    await assertRefused(daemon, 'channel=@me', 401, {headers: bearer('rubbish')});

    // Nor do such tokens put off the next try.
    const again = await KeyServer.start(t, await keySet(signer), {port: server.port});
    await daemon.program.output(took, patience);
    await opens(daemon, signer);
    await isRefused(daemon, new Signer('RS256', {kid: 'one'}));
    await isRefused(daemon, new Signer('RS256'));
    await again.stop();
    await daemon.program.output(/the last key set stays in force/, patience);
    await opens(daemon, signer);
    await isSentAway(daemon, new Signer('RS256', {kid: 'two'}));

    // Nor does a reload throw the set away that it could not fetch again.
    const jwt = {jwks_url: server.url, jwks_refresh: '20s'};
    daemon.writeConfig({auth: {jwt}, log: {level: 'trace'}});
    await reload(daemon);
    await opens(daemon, signer);
    // That of another issuer is no longer asked for.
    daemon.writeConfig({auth: {jwt: {...jwt, jwks_url: `${server.url}?other`}}, log: {level: 'trace'}});
    await reload(daemon);
    await isSentAway(daemon, signer);
  });

  test('while the first set is awaited next to a secret, tokens of both are told the truth', async (t) => {
    const [known, coming] = [new Signer('HS256'), new Signer('EdDSA')];
    const server = await KeyServer.start(t, await keySet(coming));
    await server.stop();
    const secretFile = keep(temporaryFolder(t), 'secret', String(known.privateKey));
    const daemon = await startFetching(t, server.url, {jwt: {secret_file: secretFile}});
    await opens(daemon, known);
    // Neither names its key, and either may be among those to come.
    await isSentAway(daemon, coming);
    await isSentAway(daemon, new Signer('HS256'));
    await assertRefused(daemon, 'channel=@me', 401, {headers: bearer('e30.e30.AA')});
    await KeyServer.start(t, await keySet(coming), {port: server.port});
    await daemon.program.output(took, patience);
    await opens(daemon, coming);
    await opens(daemon, known);
    await isRefused(daemon, new Signer('EdDSA'));
    await isRefused(daemon, new Signer('HS256'));
  });

  test('a fetch takes the fetched keys over and no file, whatever state the files are in', async (t) => {
    const [first, second] = ['first', 'second'].map((kid) => new Signer('EdDSA', {kid}));
    const server = await KeyServer.start(t, await keySet(first));
    const folder = temporaryFolder(t);
    const key = secret('a publish key that nobody guesses');
    const keys = `all sha256:${crypto.createHash('sha256').update(key).digest('hex')} *\n`;
    const keysFile = keep(folder, 'publish.keys', keys);
    const daemon = await startGuarded(t, {
      config: {auth: {jwt: {jwks_url: server.url, jwks_refresh: '10s'}}, ops: {publish_keys_file: keysFile}}});
    const publish = async (headers) => (await daemon.ops('/publish?channel=a', {method: 'POST', body: 'x', headers})).status;
    await daemon.program.output(took);

    // Half written, as an editor leaves it for a moment.
    fs.writeFileSync(keysFile, 'all sha');
    server.text = await keySet(first, second);
    const from = daemon.log.length;
    await daemon.program.output(took, {from, ...patience});
    await opens(daemon, second);
    assert.equal(await publish(bearer(key)), 200);
    assert.equal(await publish({}), 401);
  });

  test('keys over http:// come straight from the loopback, whatever proxy the environment names', async (t) => {
    const signer = new Signer('EdDSA', {kid: 'one'});
    const server = await KeyServer.start(t, await keySet(signer));
    const proxy = await KeyServer.start(t, await keySet(new Signer('EdDSA', {kid: 'evil'})));
    const url = `http://127.0.0.1:${proxy.port}`;
    const daemon = await startFetching(t, server.url, {env: {http_proxy: url, HTTP_PROXY: url, all_proxy: url, ALL_PROXY: url}});
    await daemon.program.output(took);
    await opens(daemon, signer);
    assert.equal(proxy.requests, 0);
  });
});

test('keys stay in force when', {concurrency: true}, async (t) => {
  const signer = new Signer('EdDSA', {kid: 'one'});
  const text = await keySet(signer);
  const oversized = JSON.stringify({keys: [JSON.parse(text).keys[0]], padding: 'x'.repeat(256 * 1024)});
  const elsewhere = await KeyServer.start(t, await keySet(new Signer('EdDSA', {kid: 'evil'})));
  const broken = {
    'the issuer goes away': [(server) => server.stop(), /jwks_url: .*; the last key set stays in force/],
    'it answers with more than 256 KiB': [(server) => { server.text = oversized; }, /jwks_url: more than 262144 bytes; the last key set stays/],
    'it answers with something else': [(server) => { server.text = '<html>502</html>'; }, /jwks_url: JWK set: .*; the last key set stays/],
    'it answers with a set without keys': [(server) => { server.text = '{"keys":[]}'; }, /jwks_url: JWK set: no key can be used; the last key set stays/],
    'it answers with a set of no use': [
      (server) => { server.text = '{"keys":[{"kty":"odd","kid":"x"}]}'; }, /jwks_url: JWK set: no key can be used: key 1 \(kid "x"\).*; the last key set stays/],
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
  await isSentAway(daemon, signer);
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
