// Disconnects: streams end on every instance, and with a bar older tokens stay out.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import {describe, test} from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startRedis} from '../support/redis.mjs';
import {SseClient} from '../support/sse.mjs';
import {bearer, keep, secondsFromNow, secret, Signer, startGuarded} from '../support/tokens.mjs';
import {until} from '../support/wait.mjs';

const signer = new Signer('HS256');

/** A token of `sub`, issued `age` seconds ago; null: without iat. */
const tokenOf = (sub, {age = 0, ...claims} = {}) =>
  signer.sign({sub, iat: age === null ? undefined : secondsFromNow(-age), ...claims});

const as = (token) => ({headers: bearer(token)});

/** `count` instances on one Redis (or one in memory): {redis, daemons, another()}. */
async function startAll(t, {count = 3, memory = false, config = {}} = {}) {
  const secretFile = keep(temporaryFolder(t), 'jwt.secret', signer.privateKey);
  const redis = memory ? undefined : await startRedis(t, {functions: false});
  const another = (instance) => startGuarded(t, {
    instance, redis: redis?.url,
    config: {auth: {jwt: {secret_file: secretFile}, public_channels: ['news', 'other/1']}, ...config},
  });
  const daemons = [];
  for (let i = 1; i <= count; ++i) daemons.push(await another(`i${i}`));
  return {redis, daemons, another};
}

const open = async (daemon, query, options) => {
  const stream = await daemon.stream(query, options);
  assert.equal(stream.status, 200, stream.describe());
  await stream.opening();
  return stream;
};

const disconnect = async (daemon, target, expected) => {
  const reply = await daemon.ops(target, {method: 'DELETE'});
  assert.equal(reply.status, 202, reply.text);
  assert.deepEqual(JSON.parse(reply.text), {status: 'sent', instances: expected});
};

/** The stream ends as a drained one does: a jittered retry, and no byte missing. */
async function endsCleanly(stream) {
  await stream.end();
  assert.equal(stream.error, undefined, stream.describe());
  assert.equal(stream.retries.length, 2, 'one at the beginning, one at the end');
  assert.match(stream.text, /retry: \d+\n\n$/);
}

const statusOf = async (daemon, token) => {
  const stream = await daemon.stream('channel=@me', as(token));
  stream.close();
  return stream.status;
};

describe('a channel', () => {
  for (const at of [0, 1, 2]) {
    test(`is disconnected on all instances by a DELETE to instance ${at + 1}`, async (t) => {
      const {daemons} = await startAll(t);
      const ended = await Promise.all(daemons.map((each) => open(each, 'channel=other/1&channel=news')));
      const left = await Promise.all(daemons.map((each) => open(each, 'channel=news')));
      await disconnect(daemons[at], '/channels/other%2F1/connections', 3);
      await Promise.all(ended.map(endsCleanly));
      const id = await daemons[0].publish('news', 'still here');
      for (const stream of left) assert.equal((await stream.next()).id, id);
      for (const each of daemons) {
        await until(async () => await each.metric('freshet_connections') === 1, 'the stream to be gone');
        assert.equal(await each.metric('freshet_disconnects_total', {reason: 'revoked'}), 1);
      }
      left.forEach((each) => each.close());
    });
  }

  test('is disconnected by a plain PUBLISH; its clients may come back and miss nothing', async (t) => {
    const {daemons, redis} = await startAll(t);
    const streams = await Promise.all(daemons.map((each) => open(each, 'channel=news')));
    assert.equal(await redis.client.publish('freshet:!control', '{"disconnect":{"channel":"news"}}'), 3);
    await Promise.all(streams.map(endsCleanly));
    const id = await daemons[0].publish('news', 'meanwhile');
    for (const [i, each] of daemons.entries()) {
      const again = await open(each, 'channel=news', {lastEventId: streams[i].lastEventId});
      assert.equal((await again.next()).id, id);
      again.close();
    }
  });
});

describe('a user', () => {
  test('is disconnected on all instances; nobody else is, and a new stream is allowed', async (t) => {
    const {daemons} = await startAll(t);
    const token = await tokenOf('42', {channels: ['*']});
    const other = as(await tokenOf('4', {channels: ['*']}));
    const ended = [];
    const left = [];
    for (const each of daemons) {
      ended.push(await open(each, 'channel=@me', as(token)), await open(each, 'channel=a&channel=b', as(token)));
      left.push(await open(each, 'channel=user:42', other), await open(each, 'channel=news'));
    }
    await disconnect(daemons[1], '/users/42/connections', 3);
    await Promise.all(ended.map(endsCleanly));
    const id = await daemons[2].publish('user:42', 'for the others');
    for (let i = 0; i < left.length; i += 2) assert.equal((await left[i].next()).id, id);
    for (const each of daemons) assert.equal(await statusOf(each, token), 200);
    left.forEach((each) => each.close());
  });

  test('that is barred is refused with older tokens everywhere, by instances that start later too', async (t) => {
    const {daemons, redis, another} = await startAll(t);
    const old = await tokenOf('42', {age: 5});
    const undated = await tokenOf('42', {age: null});
    const streams = await Promise.all(daemons.map((each) => open(each, 'channel=@me', as(old))));
    await disconnect(daemons[0], '/users/42/connections?for=10m', 3);
    await Promise.all(streams.map(endsCleanly));
    const instances = [...daemons, await another('late')];
    for (const each of instances) {
      await until(async () => await statusOf(each, old) === 204, 'the bar');
      assert.equal(await statusOf(each, undated), 204);
      assert.equal((await each.public('/events?channel=@me', as(undated))).headers['cache-control'], 'no-store');
      assert.equal(await statusOf(each, await tokenOf('4')), 200, 'another user');
      assert.equal(await statusOf(each, await tokenOf('42', {age: -3})), 200, 'a token issued later');
    }
    const expiry = await redis.client.ttl('freshet:bars');
    assert.ok(expiry > 500 && expiry <= 600, `${expiry}`);
  });

  test('that is barred is refused on the operations listener too, and their streams there end', async (t) => {
    const key = secret('a key for all that nobody guesses');
    const keys = `all sha256:${crypto.createHash('sha256').update(key).digest('hex')} *\n`;
    const keysFile = keep(temporaryFolder(t), 'publish.keys', keys);
    const {daemons: [daemon]} = await startAll(t, {count: 1, config: {ops: {publish_keys_file: keysFile}}});
    const rights = {freshet: {subscribe: ['*'], publish: ['*']}};
    const old = await tokenOf('42', {age: 5, ...rights});
    const attempts = {
      publish: ['/publish?channel=news', {method: 'POST', body: 'x'}],
      disconnect: ['/users/7/connections', {method: 'DELETE'}],
      look: ['/channels/news', {}],
      status: ['/status', {}],
      watch: ['/events?channel=news', {}],
    };
    const watch = async (target, token) => {
      const stream = new SseClient(daemon.urls.ops[0], target, as(token));
      await stream.opened();
      assert.equal(stream.status, 200, stream.describe());
      return stream;
    };
    const ended = [await watch('/events?channel=news', old), await watch('/status', old)];
    const left = [await watch('/events?channel=news', key), await watch('/events?channel=news', await tokenOf('7', rights))];
    await Promise.all([ended[0], ...left].map((each) => each.opening()));

    const reply = await daemon.ops('/users/42/connections?for=10m', {method: 'DELETE', ...as(key)});
    assert.equal(reply.status, 202, reply.text);
    for (const stream of ended) {
      await stream.end();
      assert.equal(stream.error, undefined, stream.describe());
    }
    for (const [what, [target, options]] of Object.entries(attempts)) {
      const refused = await daemon.ops(target, {...options, ...as(old)});
      assert.equal(refused.status, 401, what);
      assert.match(refused.headers['www-authenticate'], /error="invalid_token"/);
    }
    const newer = await tokenOf('42', {age: -3, ...rights});
    assert.equal((await daemon.ops('/publish?channel=news', {method: 'POST', body: 'x', ...as(newer)})).status, 200);
    for (const stream of left) assert.equal((await stream.next()).data, 'x');
    assert.equal((await daemon.ops('/channels/news/connections', {method: 'DELETE', ...as(key)})).status, 202);
    for (const stream of left) {
      await stream.end();
      assert.equal(stream.error, undefined, stream.describe());
    }
  });

  test('can be barred by a plain PUBLISH', async (t) => {
    const {daemons, redis} = await startAll(t);
    const old = await tokenOf('42', {age: 5});
    const streams = await Promise.all(daemons.map((each) => open(each, 'channel=@me', as(old))));
    await redis.client.publish('freshet:!control', '{"disconnect":{"user":"42","for":"1h"}}');
    await Promise.all(streams.map(endsCleanly));
    for (const each of daemons) assert.equal(await statusOf(each, old), 204);
    await until(() => redis.client.hexists('freshet:bars', '42'), 'the bar in Redis');
  });

  test('a bar ends', async (t) => {
    const {daemons: [daemon]} = await startAll(t, {count: 1});
    const old = await tokenOf('42', {age: 5});
    await disconnect(daemon, '/users/42/connections?for=4s', 1);
    await until(async () => await statusOf(daemon, old) === 204, 'the bar');
    await until(async () => await statusOf(daemon, old) === 200, 'its end', {every: 100});
  });

  test('what an instance missed it learns when it hears again, and ends those streams', async (t) => {
    const {daemons: [daemon], redis} = await startAll(t, {count: 1});
    const old = await open(daemon, 'channel=@me', as(await tokenOf('42', {age: 5})));
    const newer = await open(daemon, 'channel=@me', as(await tokenOf('42', {age: -3})));
    await redis.client.call('FCALL', 'freshet_bar', 0, '42', 600);
    await redis.client.client('KILL', 'TYPE', 'pubsub');
    await endsCleanly(old);
    const id = await until(() => daemon.publish('user:42', 'x').catch(() => undefined), 'a publication');
    assert.equal((await newer.next()).id, id, 'one with a newer token goes on');
    newer.close();
  });

  test('bars that Redis forgot are put back by those that know them', async (t) => {
    const {daemons: [daemon], redis, another} = await startAll(t, {count: 1});
    const old = await tokenOf('42', {age: 5});
    await disconnect(daemon, '/users/42/connections?for=10m', 1);
    await until(() => redis.client.hexists('freshet:bars', '42'), 'the bar in Redis');
    const before = (await redis.client.hget('freshet:bars', '42')).split(':')[0];
    await redis.kill9();
    await redis.start();
    await until(() => redis.client.hexists('freshet:bars', '42').catch(() => 0), 'the bar in the new Redis');
    assert.equal((await redis.client.hget('freshet:bars', '42')).split(':')[0], before);
    assert.equal(await statusOf(await another('late'), old), 204);
  });
});

test('the rights in docs/operations.md are enough', async (t) => {
  const text = fs.readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, rules] = text.match(/^ACL SETUSER freshetd on >\S+((?:.*\\\n)*.*)$/m);
  const redis = await startRedis(t);
  await redis.client.acl('SETUSER', 'freshetd', 'on', '>secret', ...rules.split(/[\s\\]+/).filter((rule) => rule !== ''));
  const daemon = await startFreshetd(t, {redis: redis.url.replace('//', '//freshetd:secret@')});
  const stream = await open(daemon, 'channel=news');
  await disconnect(daemon, '/users/42/connections?for=1h', 1);
  await disconnect(daemon, '/channels/news/connections', 1);
  await endsCleanly(stream);
  assert.equal(await redis.client.hexists('freshet:bars', '42'), 1);
  assert.doesNotMatch(daemon.log, /NOPERM.*HGETALL|HGETALL.*NOPERM|freshet_bar/);
});

test('all of it works in memory too', async (t) => {
  const {daemons: [daemon]} = await startAll(t, {memory: true, count: 1});
  const old = await tokenOf('42', {age: 5});
  const own = await open(daemon, 'channel=@me', as(old));
  const news = await open(daemon, 'channel=news');
  await disconnect(daemon, '/channels/news/connections', 1);
  await endsCleanly(news);
  await disconnect(daemon, '/users/42/connections?for=1h', 1);
  await endsCleanly(own);
  assert.equal(await statusOf(daemon, old), 204);
  assert.equal(await statusOf(daemon, await tokenOf('42', {age: -3})), 200);
});

describe('what is refused', () => {
  test('bad names, durations, parameters and methods', async (t) => {
    const {daemons: [daemon]} = await startAll(t, {memory: true, count: 1});
    const stream = await open(daemon, 'channel=news');
    for (const [target, status] of [
      ['/users/42/connections?for=soon', 400], ['/users/42/connections?for=', 400], ['/users/42/connections?for=0s', 400],
      ['/users/42/connections?for=1h&for=2h', 400], ['/users/42/connections?until=1h', 400],
      ['/channels/news/connections?for=1h', 400], ['/channels/a%20b/connections', 400], ['/users/a%0Ab/connections', 400],
      ['/users/%FF/connections', 400], ['/users/%zz/connections', 400], [`/users/${'x'.repeat(201)}/connections`, 400],
      ['/users//connections', 404], ['/users/42', 404], ['/channels/news', 405],
    ]) {
      const reply = await daemon.ops(target, {method: 'DELETE'});
      assert.equal(reply.status, status, `${target}: ${reply.text}`);
    }
    for (const [target, allowed] of [['/users/42/connections', 'DELETE'], ['/channels/news/connections', 'GET, HEAD, DELETE']]) {
      const reply = await daemon.ops(target, {method: 'POST'});
      assert.deepEqual([reply.status, reply.headers.allow], [405, allowed]);
    }
    const foreign = await daemon.ops('/channels/news/connections', {method: 'DELETE', headers: {Origin: 'https://evil.example'}});
    assert.equal(foreign.status, 403);
    assert.equal((await daemon.public('/channels/news/connections', {method: 'DELETE'})).status, 404, 'never on the public listener');
    const id = await daemon.publish('news', 'x');
    assert.equal((await stream.next()).id, id, 'nothing of it ended the stream');
    stream.close();
  });

  test('without Redis, with 503', async (t) => {
    const {daemons: [daemon], redis} = await startAll(t, {count: 1});
    await redis.kill9();
    await daemon.notReady();
    for (const target of ['/channels/news/connections', '/users/42/connections', '/users/42/connections?for=1h']) {
      const reply = await daemon.ops(target, {method: 'DELETE'});
      assert.equal(reply.status, 503, reply.text);
      assert.match(JSON.parse(reply.text).detail, /redis 127\.0\.0\.1/);
    }
  });

  test('a key for some channels disconnects those, and no user', async (t) => {
    const keys = {all: crypto.randomBytes(24).toString('hex'), some: crypto.randomBytes(24).toString('hex')};
    const line = (name, globs) => `${name} sha256:${crypto.createHash('sha256').update(keys[name]).digest('hex')} ${globs}\n`;
    const file = keep(temporaryFolder(t), 'publish.keys', line('all', '*') + line('some', 'news user:*'));
    const {daemons: [daemon]} = await startAll(t, {memory: true, count: 1, config: {ops: {publish_keys_file: file}}});
    const status = async (target, key) =>
      (await daemon.ops(target, {method: 'DELETE', ...(key ? as(key) : {})})).status;
    assert.equal(await status('/channels/news/connections'), 401);
    assert.equal(await status('/channels/news/connections', 'x'.repeat(48)), 401);
    assert.equal(await status('/channels/news/connections', keys.some), 202);
    assert.equal(await status('/channels/other/connections', keys.some), 403);
    assert.equal(await status('/users/42/connections', keys.some), 403);
    assert.equal(await status('/users/42/connections', keys.all), 202);
  });

  test('control messages that say nothing known: counted, and nothing ends', async (t) => {
    const {daemons: [daemon], redis} = await startAll(t, {count: 1});
    const stream = await open(daemon, 'channel=news');
    const messages = ['', 'x', '{}', '[]', '{"disconnect":{}}', '{"disconnect":{"channel":"news","for":"1h"}}',
      '{"disconnect":{"channel":["news"]}}', '{"disconnect":{"channel":"news"},"later":1}', '{"restart":{}}',
      '{"disconnect":{"user":"42","for":"soon"}}', `{"disconnect":{"channel":"news"}}${' '.repeat(5000)}`,
      // What two readers could read differently.
      '{"disconnect":{"user":"1"},"disconnect":{"channel":"news"}}', '{"disconnect":{"channel":"a","channel":"news"}}',
      '\ufeff{"disconnect":{"channel":"news"}}'];
    for (const message of messages) await redis.client.publish('freshet:!control', message);
    await until(async () => await daemon.metric('freshet_control_messages_total', {result: 'ignored'}) === messages.length,
      'all messages to be counted');
    assert.equal(await daemon.metric('freshet_control_messages_total', {result: 'disconnect'}), 0);
    const id = await daemon.publish('news', 'x');
    assert.equal((await stream.next()).id, id);
    stream.close();
  });
});
