// Who a request comes from, by its token, and what that lets it read.
import assert from 'node:assert/strict';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {
  Signer, algorithms, ask, assertRefused, assertSentAway, assertServed, bearer, keep, keySet, secondsFromNow, startGuarded, typeOf,
} from '../support/tokens.mjs';

const issuer = 'https://id.example';
const audience = 'freshet';

/** A daemon that believes one HS256 signer; further `auth` keys on top. */
async function startSecret(t, auth = {}, {jwt = {}, ...options} = {}) {
  const folder = temporaryFolder(t);
  const signer = new Signer('HS256');
  const file = keep(folder, 'secret', `${signer.privateKey}\n`);
  const daemon = await startGuarded(t, {config: {auth: {jwt: {secret_file: file, ...jwt}, ...auth}}, ...options});
  return {daemon, signer};
}

test('every algorithm, through every source of keys', async (t) => {
  for (const algorithm of algorithms) {
    const signer = new Signer(algorithm, {kid: `key of ${algorithm}`});
    const other = new Signer(algorithm, {kid: `key of ${algorithm}`});
    const folder = temporaryFolder(t);
    const single = typeOf(algorithm) === 'oct' ? ['secret_file', String(signer.privateKey)] : ['public_key_file', signer.pem];
    for (const [source, text] of [single, ['jwks_file', await keySet(signer)]]) {
      await t.test(`${algorithm} by ${source}`, async (t2) => {
        const jwt = {[source]: keep(folder, source, text), issuer, audience};
        const daemon = await startGuarded(t2, {config: {auth: {jwt}}});
        const claims = {iss: issuer, aud: [audience, 'others'], channels: ['news']};
        await assertServed(daemon, 'channel=news', {headers: bearer(await signer.sign(claims))});
        const header = source === 'jwks_file' ? {} : {kid: undefined};
        const {problem} = await assertRefused(daemon, 'channel=news', 401, {headers: bearer(await other.sign(claims, header))});
        assert.match(problem.detail, /signature/);
        assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'signature'}), 1);
      });
    }
  }
});

test('the first token that is present decides: Authorization, the cookie, access_token', async (t) => {
  const {daemon, signer} = await startSecret(t);
  const stranger = new Signer('HS256');
  const query = (token) => `channel=a&access_token=${token}`;
  const cookie = (token) => ({Cookie: `theme=dark; freshet_token=${token}; other=1`});
  const mine = await signer.sign({channels: ['a']});
  const foreign = await stranger.sign({channels: ['a']});

  await t.test('each of them alone', async () => {
    await assertServed(daemon, 'channel=a', {headers: bearer(mine)});
    await assertServed(daemon, 'channel=a', {headers: {Authorization: `bEARER ${mine}`}});
    await assertServed(daemon, 'channel=a', {headers: cookie(mine)});
    await assertServed(daemon, query(mine));
  });
  await t.test('a good one before bad ones', async () => {
    await assertServed(daemon, query(foreign), {headers: {...bearer(mine), ...cookie(foreign)}});
    await assertServed(daemon, query(foreign), {headers: cookie(mine)});
  });
  await t.test('a bad one is not rescued by the next', async () => {
    await assertRefused(daemon, query(mine), 401, {headers: {...bearer(foreign), ...cookie(mine)}});
    await assertRefused(daemon, query(mine), 401, {headers: cookie(foreign)});
    await assertRefused(daemon, query(mine), 401, {headers: {Authorization: 'Bearer'}});
  });
  await t.test('another scheme of Authorization is no token', async () => {
    await assertServed(daemon, 'channel=a', {headers: {Authorization: 'Basic dXNlcjpwYXNz', ...cookie(mine)}});
    await assertRefused(daemon, 'channel=a', 401, {headers: {Authorization: 'Basic dXNlcjpwYXNz'}});
  });
  await t.test('the cookie goes by its whole name', async () => {
    for (const name of ['xfreshet_token', 'freshet_tokenx', 'Freshet_token', '__Host-freshet_token']) {
      await assertRefused(daemon, 'channel=a', 401, {headers: {Cookie: `${name}=${mine}`}});
    }
  });
});

test('a cookie of another name', async (t) => {
  const {daemon, signer} = await startSecret(t, {}, {jwt: {cookie: '__Host-session'}});
  const token = await signer.sign();
  await assertServed(daemon, '', {headers: {Cookie: `__Host-session=${token}`}});
  await assertRefused(daemon, 'channel=@me', 401, {headers: {Cookie: `freshet_token=${token}`}});
});

test('a token that is present and bad is 401, never anonymous', async (t) => {
  const {daemon, signer} = await startSecret(t, {public_channels: ['open']}, {jwt: {issuer, audience}});
  const good = {iss: issuer, aud: audience, channels: ['a']};
  const token = await signer.sign(good);
  const [head, payload, signature] = token.split('.');
  const bad = {
    'an empty one': '',
    'no token at all': 'hello',
    'one with a part too many': `${token}.${signature}`,
    'one without its signature': `${head}.${payload}.`,
    'one whose payload was changed': `${head}.${payload.slice(0, -2)}AA.${signature}`,
    'one whose signature was cut': `${head}.${payload}.${signature.slice(0, -4)}`,
    'one of another issuer': await signer.sign({...good, iss: 'https://evil.example'}),
    'one without an issuer': await signer.sign({...good, iss: undefined}),
    'one for another audience': await signer.sign({...good, aud: ['others']}),
    'one without an audience': await signer.sign({...good, aud: undefined}),
    'one that is not valid yet': await signer.sign({...good, nbf: secondsFromNow(60)}),
    'one from the future': await signer.sign({...good, iat: secondsFromNow(60)}),
    'one whose subject is a number': await signer.sign({...good, sub: 42}),
    'one whose channels are no list': await signer.sign({...good, channels: '*'}),
    'one whose channels hold a number': await signer.sign({...good, channels: ['a', 1]}),
    'one whose expiry is a string': await signer.sign({...good, exp: '9999999999'}),
    'one of 20,000 bytes': 'x'.repeat(10_000),
  };
  await assertServed(daemon, 'channel=a', {headers: bearer(token)});
  for (const [what, text] of Object.entries(bad)) {
    await t.test(what, async () => {
      // A channel that is open and one that is not: with the bad token neither is served.
      const {headers, problem} = await assertRefused(daemon, 'channel=open&channel=a', 401, {headers: bearer(text)});
      // RFC 6750, 3: quoted strings without quotes and backslashes inside.
      assert.match(headers['www-authenticate'],
        /^Bearer realm="freshet", error="invalid_token", error_description="[\x20\x21\x23-\x5b\x5d-\x7e]+"$/);
      assert.ok(problem.detail);
      assert.ok(text.length < 8 || !problem.detail.includes(text), 'the token is not repeated');
    });
  }

  await t.test('public channels alone: credentials are not looked at', async () => {
    for (const text of Object.values(bad)) await assertServed(daemon, 'channel=open', {headers: bearer(text)});
    await assertServed(daemon, 'channel=open&access_token=rubbish');
  });
});

test('without a token', async (t) => {
  const {daemon} = await startSecret(t, {public_channels: ['open']});
  await t.test('a channel that is not public, or @me: 401, with a challenge that names no error', async () => {
    for (const query of ['channel=a', 'channel=@me', 'channel=open&channel=a']) {
      const {headers, problem} = await assertRefused(daemon, query, 401);
      assert.equal(headers['www-authenticate'], 'Bearer realm="freshet"');
      assert.match(problem.detail, /channel (a|@me)\b/);
    }
    assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'missing'}), 3);
  });
  await t.test('no channel at all: 400', () => assertRefused(daemon, '', 400));
});

test('what a token lets read', async (t) => {
  const {daemon, signer} = await startSecret(t, {public_channels: ['open']});
  const as = async (claims) => ({headers: bearer(await signer.sign(claims))});

  await t.test('its own channel: by name, as @me, and when no channel is named', async () => {
    const options = await as({sub: 'ann'});
    for (const query of ['', 'channel=@me', 'channel=user:ann', 'channel=@me&channel=user:ann&channel=open']) {
      const stream = await ask(daemon, query, options);
      await stream.opening();
      const id = await daemon.publish('user:ann', 'for ann');
      assert.deepEqual([(await stream.next()).id, stream.messages.length], [id, 1], query);
      stream.close();
    }
  });
  await t.test('never that of another user: 403, which names it', async () => {
    const {problem, headers} = await assertRefused(daemon, 'channel=@me&channel=user:bob', 403, await as({sub: 'ann'}));
    assert.match(problem.detail, /user:bob/);
    assert.equal(headers['www-authenticate'], 'Bearer realm="freshet", error="insufficient_scope"');
    assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'forbidden'}), 1);
  });
  await t.test('the channels of its globs', async () => {
    const options = await as({channels: ['news', 'project:7:*', 'v?']});
    for (const channel of ['news', 'project:7:', 'project:7:a:b/c', 'v1', 'open']) await assertServed(daemon, `channel=${channel}`, options);
    for (const channel of ['new', 'news2', 'project:70', 'project:7', 'v', 'v10', 'News']) {
      assert.match((await assertRefused(daemon, `channel=news&channel=${channel}`, 403, options)).problem.detail, new RegExp(` ${channel} `));
    }
  });
  await t.test('those of freshet.subscribe, which wins over channels', async () => {
    const options = await as({channels: ['old'], freshet: {subscribe: ['new:*']}});
    await assertServed(daemon, 'channel=new:1', options);
    await assertRefused(daemon, 'channel=old', 403, options);
  });
  await t.test('what it may publish is not what it may read', async () => {
    await assertRefused(daemon, 'channel=a', 403, await as({freshet: {publish: ['*']}}));
  });
  await t.test('without a subject there is no channel of its own', async () => {
    const options = await as({sub: undefined, channels: ['a']});
    await assertServed(daemon, 'channel=a', options);
    await assertRefused(daemon, 'channel=@me', 403, options);
    await assertRefused(daemon, '', 403, options);
  });
  await t.test('a subject that makes no channel name has none, and no other rights by it', async () => {
    const options = await as({sub: 'ann smith', channels: ['a']});
    await assertServed(daemon, 'channel=a', options);
    await assertRefused(daemon, 'channel=@me', 403, options);
  });
});

test('channels of users by another template', async (t) => {
  const {daemon, signer} = await startSecret(t, {user_channel: 'people/{sub}/inbox'});
  const options = {headers: bearer(await signer.sign({sub: '7'}))};
  await assertServed(daemon, 'channel=people/7/inbox', options);
  await assertServed(daemon, 'channel=@me', options);
  await assertRefused(daemon, 'channel=user:7', 403, options);
});

test('a token that is only too old', async (t) => {
  const old = {iat: secondsFromNow(-700), exp: secondsFromNow(-100), channels: ['a']};
  await t.test('is told to come back later, when the client is an EventSource', async (t2) => {
    const {daemon, signer} = await startSecret(t2, {expired_retry: '20s'});
    const client = await ask(daemon, 'channel=a', {headers: bearer(await signer.sign(old))});
    await assertSentAway(client, 15_000, 25_000);
    assert.deepEqual(client.events.map(({event, data, id}) => [event, data, id]),
      [['stream-unauthorized', '{"reason":"token-expired"}', undefined]]);
    for (const accept of ['*/*', 'text/*', 'application/json, */*', '']) {
      const {headers} = await assertRefused(daemon, 'channel=a', 401, {headers: {...bearer(await signer.sign(old)), Accept: accept}});
      assert.match(headers['www-authenticate'], /error="invalid_token"/, accept);
    }
    assert.equal(await daemon.metric('freshet_auth_failures_total', {reason: 'expired'}), 5);
  });
  await t.test('within the leeway it is good', async (t2) => {
    const {daemon, signer} = await startSecret(t2, {}, {jwt: {leeway: '5m'}});
    await assertServed(daemon, 'channel=a', {headers: bearer(await signer.sign(old))});
  });
  await t.test('and wrong in another way, too: 401', async (t2) => {
    const {daemon, signer} = await startSecret(t2, {}, {jwt: {issuer, audience}});
    const sent = {...old, iss: issuer, aud: audience};
    await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await new Signer('HS256').sign(sent))});
    await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await signer.sign({...sent, aud: 'others'}))});
    await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await signer.sign({...sent, iss: undefined}))});
  });
  await t.test('with auth.expired: reject it is 401', async (t2) => {
    const {daemon, signer} = await startSecret(t2, {expired: 'reject'});
    await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await signer.sign(old))});
  });
});

test('without any source of keys no token is accepted', async (t) => {
  const daemon = await startGuarded(t, {config: {auth: {public_channels: ['open']}}});
  await assertRefused(daemon, 'channel=a', 401, {headers: bearer(await new Signer('HS256').sign({channels: ['*']}))});
  await assertServed(daemon, 'channel=open');
});
