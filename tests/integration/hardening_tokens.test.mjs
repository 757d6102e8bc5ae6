// Attacks on tokens, each test named after the threat: docs/security.md lists them.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {KeyServer} from '../support/key_server.mjs';
import {
  Signer, ask, assertNoSecrets, assertRefused, assertServed, bearer, keep, keySet, secondsFromNow, secret, startGuarded,
} from '../support/tokens.mjs';
import {until} from '../support/wait.mjs';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = () => ({sub: '42', channels: ['*'], iat: secondsFromNow(0), exp: secondsFromNow(600)});

/** A token put together by hand. */
function forge(header, payload = claims(), sign = () => Buffer.alloc(0)) {
  const input = `${encode(header)}.${encode(payload)}`;
  return secret(`${input}.${sign(input).toString('base64url')}`);
}

const hmac = (hash, key) => (input) => crypto.createHmac(hash, key).update(input).digest();

/** A daemon that believes an RSA key, an EC key and a shared secret. */
async function start(t) {
  const folder = temporaryFolder(t);
  const signers = {rsa: new Signer('RS256', {kid: 'rsa'}), ec: new Signer('ES256', {kid: 'ec'}), hmac: new Signer('HS256')};
  const daemon = await startGuarded(t, {config: {auth: {jwt: {
    jwks_file: keep(folder, 'jwks', await keySet(signers.rsa, signers.ec)),
    secret_file: keep(folder, 'secret', String(signers.hmac.privateKey)),
  }}}});
  for (const signer of Object.values(signers)) {
    await assertServed(daemon, 'channel=a', {headers: bearer(await signer.sign({channels: ['a']}))});
  }
  const refuses = (token) => assertRefused(daemon, 'channel=a', 401, {headers: bearer(token)});
  return {daemon, signers, refuses};
}

test('alg=none', async (t) => {
  const {refuses, signers} = await start(t);
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', ' none', 'none\0', null, 0, [], {}]) {
    for (const kid of [undefined, 'rsa']) {
      await refuses(forge({alg, kid}));
      await refuses(forge({alg, kid}, claims(), hmac('sha256', '')));
    }
  }
  await refuses(forge({typ: 'JWT'}));
  const [, , signature] = (await signers.rsa.sign()).split('.');
  await refuses(forge({alg: 'none', kid: 'rsa'}, claims(), () => Buffer.from(signature, 'base64url')));
});

test('key confusion', async (t) => {
  const {refuses, signers} = await start(t);
  const {rsa, ec} = signers;
  const publicTexts = [
    rsa.pem, rsa.pem.trim(), rsa.publicKey.export({type: 'pkcs1', format: 'pem'}), rsa.publicKey.export({type: 'spki', format: 'der'}),
    JSON.stringify(await rsa.jwk()), ec.pem, (await ec.jwk()).x, Buffer.from((await ec.jwk()).x, 'base64url'), 'rsa', '',
  ];
  await t.test('a public key as the secret of a MAC', async () => {
    for (const key of publicTexts) {
      for (const [alg, hash] of [['HS256', 'sha256'], ['HS384', 'sha384'], ['HS512', 'sha512']]) {
        for (const kid of [undefined, 'rsa', 'ec']) await refuses(forge({alg, kid}, claims(), hmac(hash, key)));
      }
    }
  });
  await t.test('a signature of one type under the name of another', async () => {
    const byRsa = (input) => crypto.sign('sha256', Buffer.from(input), rsa.privateKey);
    for (const alg of ['ES256', 'PS256', 'RS512', 'EdDSA', 'HS256', 'RS1', 'RS256 ', 'rs256']) {
      for (const kid of [undefined, 'rsa', 'ec']) await refuses(forge({alg, kid}, claims(), byRsa));
    }
  });
  await t.test('the key of another kid', async () => {
    await refuses(forge({alg: 'RS256', kid: 'ec'}, claims(), (input) => crypto.sign('sha256', Buffer.from(input), rsa.privateKey)));
  });
  await t.test('an ECDSA signature of zeros, or in DER', async () => {
    await refuses(forge({alg: 'ES256', kid: 'ec'}, claims(), () => Buffer.alloc(64)));
    await refuses(forge({alg: 'ES256', kid: 'ec'}, claims(), (input) => crypto.sign('sha256', Buffer.from(input), ec.privateKey)));
  });
});

test('a key that the token brings along', async (t) => {
  const {refuses} = await start(t);
  const stranger = new Signer('RS256', {kid: 'stranger'});
  const trap = await KeyServer.start(t, await keySet(stranger));
  const {url} = trap;
  const jwk = await stranger.jwk();
  for (const header of [{jwk}, {jku: url}, {x5u: url}, {x5c: [stranger.pem]}, {kid: url}, {kid: undefined, jwk, jku: url}]) {
    await refuses(await stranger.sign({channels: ['*']}, header));
  }
  assert.equal(trap.requests, 0, 'nothing that a token names is fetched');
});

test('a kid that is a path, a query or too much', async (t) => {
  const {refuses} = await start(t);
  for (const kid of ['../../../../dev/null', '/dev/null', "' OR '1'='1", 'rsa\0', 'x'.repeat(10_000), '', 1, null, ['rsa'], {}]) {
    await refuses(forge({alg: 'HS256', kid}, claims(), hmac('sha256', '')));
    await refuses(forge({alg: 'RS256', kid}));
  }
});

test('an extension that must be understood', async (t) => {
  const {refuses, signers} = await start(t);
  for (const header of [{crit: ['exp']}, {crit: []}, {b64: false, crit: ['b64']}, {b64: true}]) {
    const sign = (input) => crypto.sign('sha256', Buffer.from(input), signers.rsa.privateKey);
    await refuses(forge({alg: 'RS256', kid: 'rsa', ...header}, claims(), sign));
  }
});

test('a token that two readers read differently', async (t) => {
  const {refuses, signers} = await start(t);
  const signed = (header, payload) => {
    const input = `${encode(header)}.${encode(payload)}`;
    return secret(`${input}.${hmac('sha256', signers.hmac.privateKey)(input).toString('base64url')}`);
  };
  const whole = JSON.stringify(claims());
  await refuses(signed({alg: 'HS256'}, whole.replace('{', '{"sub":"root",')));
  await refuses(signed('{"alg":"HS256","alg":"none"}', whole));
  await refuses(signed({alg: 'HS256'}, `${whole} `.concat('{}')));
  await refuses(signed({alg: 'HS256'}, `[${whole}]`));
  const token = signed({alg: 'HS256'}, whole);
  for (const variant of [`${token}=`, `${token}.`, `.${token}`, token.replace('.', '..'), token.replaceAll('.', '. '), `${token}AA`, `${token}%00`]) {
    await refuses(variant);
  }
});

test('a stolen query token in logs', async (t) => {
  const folder = temporaryFolder(t);
  const signer = new Signer('HS256');
  for (const format of ['text', 'json']) {
    const daemon = await startGuarded(t, {config: {
      auth: {jwt: {secret_file: keep(folder, 'secret', String(signer.privateKey))}, public_channels: ['open']}, log: {format}}});
    const good = await signer.sign({channels: ['a']});
    const expired = await signer.sign({iat: 1, exp: 2});
    const foreign = await new Signer('HS256').sign();
    for (const token of [good, expired, foreign, secret('not-a-token-at-all')]) {
      for (const query of ['channel=a&', 'channel=open&', '', 'channel=%00&', 'channel=forbidden&']) {
        for (const [more, headers] of [[`access_token=${token}`, {}], ['', bearer(token)], ['', {Cookie: `freshet_token=${token}`}]]) {
          const client = await ask(daemon, `${query}${more}`, {headers});
          if (client.status === 200) await client.waitFor(() => client.events.length > 0, 'an event');
          // Nor is it handed on: not in a header, not in a body.
          assert.ok(!JSON.stringify(client.rawHeaders).includes(token) && !client.text.includes(token));
          client.close();
        }
      }
    }
    await until(async () => await daemon.metric('freshet_connections') === 0, 'all streams to have ended');
    assert.match(daemon.log, /stream ended/);
    assertNoSecrets(daemon.log);
    assert.doesNotMatch(daemon.log, /access_token|freshet_token|Bearer/i);
    assertNoSecrets((await daemon.ops('/metrics')).text);
  }
});

test('glob blow-up', async (t) => {
  const {daemon, signers} = await start(t);
  // Matchers that go back and try again take longer than the universe for these; the answer has to come all the same.
  const glob = `${'*a'.repeat(89)}*b`;
  const name = 'a'.repeat(200);
  const channels = Array.from({length: 16}, (_, index) => `channel=${name.slice(0, 200 - index)}`).join('&');
  const token = await signers.hmac.sign({channels: Array.from({length: 20}, (_, index) => `${'?'.repeat(index)}${glob}`)});
  await assertRefused(daemon, channels, 403, {headers: bearer(token)});
  await assertServed(daemon, `channel=${'a'.repeat(150)}b`, {headers: bearer(token)});
  // And how many there may be is bounded: more make a bad token.
  await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await signers.hmac.sign({channels: Array.from({length: 1000}, () => 'a')}))});
  await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await signers.hmac.sign({channels: ['a'.repeat(300)]}))});
});
