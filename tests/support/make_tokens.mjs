// Writes jwt_fixtures.h: keys of every type and tokens signed with them by jose, an implementation that shares no code
// with the one under test. All of it is thrown away and made anew at each run; the result is kept in the repository, so
// that the unit tests need no Node.
//
//   node tests/support/make_tokens.mjs && clang-format -i tests/support/jwt_fixtures.h
import crypto from 'node:crypto';
import fs from 'node:fs';
import * as jose from 'jose';

const issuedAt = 1_700_000_000;
const farAway = 4_102_444_800; // the year 2100
const claims = {iss: 'https://id.example', aud: ['freshet', 'other'], sub: '42', channels: ['news', 'project:7:*']};

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const sign = (key, header, payload = claims) =>
  new jose.SignJWT(payload).setProtectedHeader(header).setIssuedAt(issuedAt).setExpirationTime(farAway).sign(key);

const rsa = () => crypto.generateKeyPairSync('rsa', {modulusLength: 2048});
const ec = (namedCurve) => crypto.generateKeyPairSync('ec', {namedCurve});
const pairs = {
  'rsa': rsa(),
  'p256': ec('P-256'),
  'p384': ec('P-384'),
  'p521': ec('P-521'),
  'ed25519': crypto.generateKeyPairSync('ed25519'),
};
const secret = crypto.randomBytes(64);
const keyOf = {RS: 'rsa', PS: 'rsa', ES256: 'p256', ES384: 'p384', ES512: 'p521', EdDSA: 'ed25519'};
const algorithms = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const signed = [];
for (const alg of algorithms) {
  const kid = alg.startsWith('HS') ? 'secret' : keyOf[alg] ?? keyOf[alg.slice(0, 2)];
  const key = kid === 'secret' ? secret : pairs[kid].privateKey;
  signed.push({alg, kid, token: await sign(key, {alg, kid}), bare: await sign(key, {alg})});
}

// A signature by the right key, in the encoding that JWS does not use.
const derInput = `${encode({alg: 'ES256'})}.${encode(claims)}`;
const der = crypto.sign('sha256', Buffer.from(derInput), {key: pairs.p256.privateKey, dsaEncoding: 'der'});

// PS256 with the right key but the wrong salt; and with the right salt, but without the zero that the signature began with.
const pss = (payload, saltLength) => crypto.sign('sha256', Buffer.from(payload), {
  key: pairs.rsa.privateKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength});
const pssInput = `${encode({alg: 'PS256'})}.${encode(claims)}`;
const saltless = pss(pssInput, 0);
let zeroFirst = pss(pssInput, 32);
while (zeroFirst[0] !== 0) zeroFirst = pss(pssInput, 32);

// A stranger signs well and carries the means to check it in the header.
const stranger = rsa();
const strangerJwk = await jose.exportJWK(stranger.publicKey);
const embedded = await sign(stranger.privateKey, {
  alg: 'RS256', jwk: strangerJwk, jku: 'https://evil.example/jwks.json', x5u: 'https://evil.example/chain.pem'});

const small = crypto.generateKeyPairSync('rsa', {modulusLength: 1024});
const pemOf = (pair) => pair.publicKey.export({type: 'spki', format: 'pem'});
const publicJwk = async (kid) => ({...await jose.exportJWK(pairs[kid].publicKey), kid});

const jwks = {keys: [
  ...await Promise.all(Object.keys(pairs).map(publicJwk)),
  {...await jose.exportJWK(secret), kid: 'secret'},
]};
const skippedJwks = {keys: [
  {...await jose.exportJWK(small.publicKey), kid: 'small'},
  {...await publicJwk('rsa'), use: 'enc', kid: 'enc'},
  {...await publicJwk('rsa'), alg: 'ES256', kid: 'wrong-alg'},
  {...await publicJwk('rsa'), key_ops: ['encrypt'], kid: 'wrong-ops'},
  {...await jose.exportJWK(ec('secp256k1').publicKey), kid: 'secp256k1'},
  {...await publicJwk('p256'), y: (await publicJwk('p256')).x, kid: 'off-curve'},
  {...await jose.exportJWK(crypto.generateKeyPairSync('x25519').publicKey), kid: 'x25519'},
  {kty: 'oct', k: encode('short'), kid: 'short'},
  {...await jose.exportJWK(pairs.p256.privateKey), kid: 'private-half'},
]};

const literal = (text) => {
  const pieces = text.match(/[^\n]{1,100}\n?|\n/g);
  return pieces.map((piece) => `    ${JSON.stringify(piece)}`).join('\n');
};
const constant = (name, text, comment = '') =>
  `${comment && `/// ${comment}\n`}inline constexpr std::string_view ${name} =\n${literal(text)};\n`;
const entry = ({alg, kid, token, bare}) => `  {${JSON.stringify(alg)}, ${JSON.stringify(kid)},\n${literal(token)},\n${literal(bare)}},`;

fs.writeFileSync(new URL('jwt_fixtures.h', import.meta.url), `#pragma once

// Written by make_tokens.mjs; every key in here is a throw-away one.

#include <cstdint>
#include <string_view>

namespace freshet::fixtures {

inline constexpr std::int64_t kIssuedAt = ${issuedAt};
inline constexpr std::int64_t kExpiresAt = ${farAway};
inline constexpr std::string_view kIssuer = ${JSON.stringify(claims.iss)};
inline constexpr std::string_view kAudience = ${JSON.stringify(claims.aud[0])};

/// sub 42; channels news and project:7:*; kIssuer, kAudience and another audience; kIssuedAt and kExpiresAt.
struct Signed {
  std::string_view algorithm;
  std::string_view kid;   ///< of the key in kJwks
  std::string_view token;
  std::string_view bare;  ///< the same without a kid
};
inline constexpr Signed kSigned[] = {
${signed.map(entry).join('\n')}
};

${constant('kJwks', JSON.stringify(jwks), 'Keys rsa, p256, p384, p521, ed25519 and secret, in this order.')}
${constant('kSkippedJwks', JSON.stringify(skippedJwks), 'Entries that cannot be used, each for a reason of its own, and as the last one p256 with its private half.')}
${constant('kSecretHex', secret.toString('hex'))}
${constant('kRsaPem', pemOf(pairs.rsa))}
${constant('kP256Pem', pemOf(pairs.p256))}
${constant('kEd25519Pem', pemOf(pairs.ed25519))}
${constant('kPkcs1Pem', pairs.rsa.publicKey.export({type: 'pkcs1', format: 'pem'}), 'The key of kRsaPem as BEGIN RSA PUBLIC KEY.')}
${constant('kSmallRsaPem', pemOf(small))}
${constant('kDerSigned', `${derInput}.${der.toString('base64url')}`, 'ES256 by p256, its signature in DER.')}
${constant('kSaltless', `${pssInput}.${saltless.toString('base64url')}`, 'PS256 by rsa without a salt.')}
${constant('kShortened', `${pssInput}.${zeroFirst.subarray(1).toString('base64url')}`, 'PS256 by rsa, its signature without the zero byte in front.')}
${constant('kUnshortened', `${pssInput}.${zeroFirst.toString('base64url')}`, 'The same with it.')}
${constant('kEmbeddedKey', embedded, 'Signed by a stranger whose key is in the header (jwk, jku, x5u).')}
}  // namespace freshet::fixtures
`);
