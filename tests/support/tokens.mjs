// Tokens and keys for tests, made by jose and OpenSSL, and daemons whose logs are searched for them.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import * as jose from 'jose';

import {startFreshetd} from './freshetd.mjs';
import {SseClient} from './sse.mjs';

export const algorithms = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** The JWS `kty` of an algorithm. */
export const typeOf = (algorithm) => ({HS: 'oct', RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP'})[algorithm.slice(0, 2)];

// Everything that was made here and must never come up in a log.
const secrets = new Set();

/** Remembers a secret that startGuarded's daemons may not log; gives it back. */
export function secret(text) {
  secrets.add(text);
  return text;
}

export const secondsFromNow = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/** A key for one algorithm, of which tokens are made. */
export class Signer {
  constructor(algorithm, {kid} = {}) {
    Object.assign(this, {algorithm, kid});
    const generate = {
      oct: () => ({privateKey: Buffer.from(secret(crypto.randomBytes(48).toString('base64url')))}),
      RSA: () => crypto.generateKeyPairSync('rsa', {modulusLength: 2048}),
      EC: () => crypto.generateKeyPairSync('ec', {namedCurve: {ES256: 'P-256', ES384: 'P-384', ES512: 'P-521'}[algorithm]}),
      OKP: () => crypto.generateKeyPairSync('ed25519'),
    };
    Object.assign(this, generate[typeOf(algorithm)]());
  }

  /** A token of user 42 for ten minutes, unless `claims` say otherwise; a claim that is undefined is left out. */
  async sign(claims = {}, header = {}) {
    const payload = {sub: '42', iat: secondsFromNow(0), exp: secondsFromNow(600), jti: crypto.randomUUID(), ...claims};
    const kid = this.kid === undefined ? {} : {kid: this.kid};
    const token = await new jose.SignJWT(payload).setProtectedHeader({alg: this.algorithm, ...kid, ...header}).sign(this.privateKey);
    for (const part of [token, ...token.split('.').slice(1)]) secret(part);
    return token;
  }

  get pem() {
    return this.publicKey.export({type: 'spki', format: 'pem'});
  }

  async jwk() {
    const jwk = await jose.exportJWK(this.publicKey ?? this.privateKey);
    return {...jwk, ...(this.kid === undefined ? {} : {kid: this.kid})};
  }
}

/** The text of a JWK set of these signers' public keys. */
export const keySet = async (...signers) => JSON.stringify({keys: await Promise.all(signers.map((signer) => signer.jwk()))});

/** Puts a file into a folder and gives back its path. */
export function keep(folder, name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

/**
 * startFreshetd without --dev and with everything logged. At the end of the test its log is searched for every secret
 * that this process has made: none may be there.
 */
export async function startGuarded(t, {config = {}, ...options} = {}) {
  const daemon = await startFreshetd(t, {dev: false, ...options, config: {...config, log: {level: 'trace', ...config.log}}});
  t.after(async () => {
    if (daemon.program.running) await daemon.stop();
    assertNoSecrets(daemon.log);
  });
  return daemon;
}

export function assertNoSecrets(log) {
  for (const each of secrets) assert.ok(!log.includes(each), `the log holds a secret, ${each}:\n${log.slice(-4000)}`);
}

/** A request for a stream: an SseClient whose answer has come, to its end unless it is a stream that goes on. */
export async function ask(daemon, query, {headers = {}, url = daemon.urls.public[0], ...options} = {}) {
  const client = new SseClient(url, `/events${query ? `?${query}` : ''}`, {headers, ...options});
  await client.opened();
  if (client.headers['content-type'] !== 'text/event-stream') await client.end();
  return client;
}

/** Asserts that a stream opens, and closes it. */
export async function assertServed(daemon, query, options) {
  const client = await ask(daemon, query, options);
  assert.equal(client.status, 200, client.describe());
  await client.opening();
  client.close();
  return client;
}

/** Asserts that no stream opens; returns the answer with its parsed `problem`. */
export async function assertRefused(daemon, query, status, options) {
  const client = await ask(daemon, query, options);
  client.close();
  assert.equal(client.status, status, client.describe());
  assert.equal(client.headers['content-type'], 'application/problem+json');
  return Object.assign(client, {problem: JSON.parse(client.text)});
}

/** Asserts an answer that tells the client to come again: 200, a retry between `low` and `high` ms, a clean end. */
export async function assertSentAway(client, low, high) {
  await client.end();
  assert.equal(client.error, undefined, client.describe());
  assert.equal(client.status, 200, client.describe());
  assert.equal(client.headers['content-type'], 'text/event-stream');
  assert.equal(client.retries.length, 1, client.describe());
  const [retry] = client.retries;
  assert.ok(retry >= low && retry <= high, `retry: ${retry}, expected ${low} to ${high}`);
  return client;
}

export const bearer = (token) => ({Authorization: `Bearer ${token}`});
