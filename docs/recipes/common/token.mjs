// JSON Web Tokens with a shared secret (HS256), in a few lines. For anything but HS256 take a library, such as jose.
import crypto from 'node:crypto';
import fs from 'node:fs';

const secret = fs.readFileSync(process.env.SECRET_FILE ?? '/tmp/freshet-recipes.secret', 'utf8').trim();
const mac = (text) => crypto.createHmac('sha256', secret).update(text).digest('base64url');
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token for a user: it opens their own channel, and those of `channels`, for so many seconds. */
export function sign(user, {seconds, channels = []}) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${encode({alg: 'HS256', typ: 'JWT'})}.${encode({iss: 'recipes', aud: 'events', sub: user, iat: now, exp: now + seconds, channels})}`;
  return `${text}.${mac(text)}`;
}

/** The user of a token that sign() made, undefined of any other or an expired one. */
export function userOf(token = '') {
  const [head, body, signature] = token.split('.');
  const expected = Buffer.from(mac(`${head}.${body}`));
  const given = Buffer.from(signature ?? '');
  if (given.length !== expected.length || !crypto.timingSafeEqual(given, expected)) return undefined;
  const {sub, exp} = JSON.parse(Buffer.from(body, 'base64url'));
  return exp > Date.now() / 1000 ? sub : undefined;
}
