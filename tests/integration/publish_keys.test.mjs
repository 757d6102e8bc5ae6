// Who may publish and look on the operations listener: keys, tokens, and what is off where other machines can reach it.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {Signer, bearer, keep, secret, startGuarded} from '../support/tokens.mjs';

const newKey = () => secret(crypto.randomBytes(24).toString('base64url'));
const line = (name, key, ...globs) => `${name} sha256:${crypto.createHash('sha256').update(key).digest('hex')} ${globs.join(' ')}\n`;

async function startWithKeys(t, {keys, ...options} = {}) {
  const folder = temporaryFolder(t);
  const signer = new Signer('HS256');
  const config = {auth: {jwt: {secret_file: keep(folder, 'secret', String(signer.privateKey))}}};
  if (keys !== undefined) config.ops = {publish_keys_file: keep(folder, 'publish.keys', keys)};
  const daemon = await startGuarded(t, {config, ...options});
  const send = async (method, target, headers = {}) => {
    const reply = await daemon.ops(target, {method, headers, body: method === 'POST' ? 'x' : undefined});
    return {...reply, json: reply.text.startsWith('{') ? JSON.parse(reply.text) : undefined};
  };
  const publish = (query, headers) => send('POST', `/publish?${query}`, headers);
  return {daemon, signer, folder, send, publish};
}

function assertChallenge(reply, error) {
  assert.equal(reply.status, 401, reply.text);
  assert.equal(reply.headers['content-type'], 'application/problem+json');
  assert.equal(reply.headers['www-authenticate'], `Bearer realm="freshet-ops"${error ? `, error="${error}"` : ''}`);
}

test('with publish keys', async (t) => {
  const [all, news, gone] = [newKey(), newKey(), newKey()];
  const keys = `# who may publish\n\n${line('all', all, '*')}${line('newsroom', news, 'news', 'news:*')}`;
  const {daemon, signer, folder, send, publish} = await startWithKeys(t, {keys});

  await t.test('one is needed to publish', async () => {
    assertChallenge(await publish('channel=a'));
    assertChallenge(await publish('channel=a', {Authorization: `Basic ${all}`}));
    assertChallenge(await publish('channel=a', bearer(gone)), 'invalid_token');
    assertChallenge(await publish('channel=a', bearer('')), 'invalid_token');
    assertChallenge(await publish('channel=a', bearer(all.slice(0, -1))), 'invalid_token');
    assertChallenge(await publish('channel=a', bearer(`${all}x`)), 'invalid_token');
    // Neither what the file holds nor what a public listener would take is one.
    assertChallenge(await publish('channel=a', bearer(line('all', all).split(' ')[1])), 'invalid_token');
    assertChallenge(await publish(`channel=a&access_token=${all}`), undefined);
    assertChallenge(await publish('channel=a', {Cookie: `freshet_token=${all}`}));
  });
  await t.test('each for the channels of its globs', async () => {
    assert.equal((await publish('channel=anything', bearer(all))).status, 200);
    for (const channel of ['news', 'news:sport']) assert.equal((await publish(`channel=${channel}`, bearer(news))).status, 200, channel);
    for (const channel of ['new', 'news2', 'xnews:', 'user:1']) {
      const reply = await publish(`channel=${channel}`, bearer(news));
      assert.equal(reply.status, 403, channel);
      assert.match(reply.json.detail, new RegExp(channel));
    }
  });
  await t.test('many channels, some of them not allowed: the others succeed', async () => {
    const reply = await publish('channel=news&channel=user:1&channel=news:b&channel=b%20ad', bearer(news));
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(Object.keys(reply.json.ids).sort(), ['news', 'news:b']);
    assert.deepEqual(Object.keys(reply.json.errors).sort(), ['b ad', 'user:1']);
    assert.match(reply.json.errors['user:1'], /may not publish/);
    assert.equal((await publish('channel=user:1&channel=user:2', bearer(news))).status, 403);
  });
  await t.test('one is needed to look at channels, and for the same globs', async () => {
    assertChallenge(await send('GET', '/channels/news'));
    assert.equal((await send('GET', '/channels/news', bearer(news))).json.subscribers, 0);
    assert.equal((await send('GET', '/channels/user:1', bearer(news))).status, 403);
    assert.equal((await send('GET', '/channels/user:1', bearer(all))).status, 200);
  });
  await t.test('one is needed to disconnect', async () => {
    for (const target of ['/users/42/connections', '/channels/news/connections']) assertChallenge(await send('DELETE', target));
    assert.equal((await send('DELETE', '/channels/user:1/connections', bearer(news))).status, 403);
    assert.equal((await send('DELETE', '/users/42/connections', bearer(news))).status, 403);
  });
  await t.test('health and metrics are open', async () => {
    for (const target of ['/livez', '/readyz', '/metrics']) assert.equal((await send('GET', target)).status, 200);
  });

  await t.test('a token may publish what its freshet.publish says', async () => {
    const token = bearer(await signer.sign({freshet: {publish: ['chat:*'], subscribe: ['*']}, channels: ['*']}));
    assert.equal((await publish('channel=chat:1', token)).status, 200);
    assert.equal((await publish('channel=news', token)).status, 403);
  });
  await t.test('a token without it may not', async () => {
    for (const claims of [{channels: ['*']}, {freshet: {subscribe: ['*']}}, {freshet: {publish: []}}, {publish: ['*']}]) {
      assertChallenge(await publish('channel=a', bearer(await signer.sign(claims))), 'invalid_token');
    }
    const foreign = await new Signer('HS256').sign({freshet: {publish: ['*']}});
    assertChallenge(await publish('channel=a', bearer(foreign)), 'invalid_token');
    const old = await signer.sign({freshet: {publish: ['*']}, iat: 1, exp: 2});
    assertChallenge(await publish('channel=a', bearer(old)), 'invalid_token');
  });

  await t.test('a reload takes a new file over; a broken one changes nothing', async () => {
    const reload = async (text, says) => {
      const from = daemon.log.length;
      keep(folder, 'publish.keys', text);
      daemon.signal('SIGHUP');
      await daemon.program.output(says, {from});
    };
    await reload(`all ${newKey()} *\n`, /error reload: ops\.publish_keys_file: .*line 1[^]*nothing was changed/);
    assert.equal((await publish('channel=a', bearer(all))).status, 200);
    const fresh = newKey();
    await reload(line('all', fresh, '*'), /info reloaded:/);
    assert.equal((await publish('channel=a', bearer(fresh))).status, 200);
    assertChallenge(await publish('channel=a', bearer(all)), 'invalid_token');
  });
});

test('a file without keys lets nobody in, and the log says so', async (t) => {
  const key = newKey();
  const {daemon, signer, folder, send, publish} = await startWithKeys(t, {keys: `# revoked: ${line('all', key, '*')}`});
  assert.match(daemon.log, /warning ops\.publish_keys_file: .*publish\.keys holds no key/);
  assertChallenge(await publish('channel=a'));
  assertChallenge(await publish('channel=a', bearer(key)), 'invalid_token');
  for (const target of ['/users/42/connections', '/channels/a/connections']) assertChallenge(await send('DELETE', target));
  assertChallenge(await send('GET', '/channels/a'));
  const token = await signer.sign({freshet: {publish: ['a']}});
  assert.equal((await publish('channel=a', bearer(token))).status, 200, 'a publishing token is good there');
  // A reload of another such file changes that as little.
  keep(folder, 'publish.keys', '');
  const from = daemon.log.length;
  daemon.signal('SIGHUP');
  await daemon.program.output(/holds no key[^]*reloaded:/, {from});
  assertChallenge(await publish('channel=a'));
});

test('without keys a listener on loopback is open to whoever reaches it', async (t) => {
  const {publish, send} = await startWithKeys(t);
  assert.equal((await publish('channel=a')).status, 200);
  assert.equal((await send('GET', '/channels/a')).status, 200);
});

test('a listener that other machines can reach', async (t) => {
  const opsListen = '0.0.0.0:0';
  await t.test('without keys shows health and metrics, and nothing else', async (t2) => {
    const {daemon, signer, publish, send} = await startWithKeys(t2, {opsListen});
    assert.match(daemon.log, /warning the operations listener can be reached from other machines/);
    for (const target of ['/livez', '/readyz', '/metrics']) assert.equal((await send('GET', target)).status, 200, target);
    assertChallenge(await publish('channel=a'));
    assertChallenge(await send('GET', '/channels/a'));
    assertChallenge(await send('DELETE', '/users/42/connections'));
    assertChallenge(await send('DELETE', '/channels/a/connections'));
    assertChallenge(await publish('channel=a', bearer(newKey())), 'invalid_token');
    const token = await signer.sign({freshet: {publish: ['a']}});
    assert.equal((await publish('channel=a', bearer(token))).status, 200, 'a publishing token is good there');
  });
  await t.test('with keys takes them', async (t2) => {
    const key = newKey();
    const {daemon, publish, send} = await startWithKeys(t2, {opsListen, keys: line('all', key, '*')});
    assert.doesNotMatch(daemon.log, /can be reached from other machines/);
    assertChallenge(await publish('channel=a'));
    assert.equal((await publish('channel=a', bearer(key))).status, 200);
    assert.equal((await send('GET', '/channels/a', bearer(key))).status, 200);
  });
});
