// The users of deploy/redis: everything works with their rights, and each single one of them is needed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {startScene} from '../support/fault.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {aclUsers, passwordFile, withUsers} from '../support/redis_users.mjs';
import {until} from '../support/wait.mjs';

const users = aclUsers('users.acl');

const loginOf = (name) => ({username: name, password: users.get(name).password});

const barUser = (daemon) => daemon.ops('/users/42/connections?for=10m', {method: 'DELETE'});
const publishOver = (daemon) => daemon.ops('/publish?channel=news:1&key=k', {method: 'POST', body: 'x'});
/** A bar that is over: the next one removes it. */
const leaveOldBar = (redis) => redis.client.hset('freshet:bars', 'somebody', '1:2');

test('nobody but the administrator has more than what is named', () => {
  assert.deepEqual(users.get('default').rules, ['off']);
  for (const [name, {rules}] of users) {
    if (name === 'default' || name === 'admin') continue;
    const granted = rules.join(' ');
    assert.match(granted, / -@all /, name);
    assert.doesNotMatch(granted, /\+@|allkeys|allcommands|allchannels|nopass/, name);
    assert.doesNotMatch(granted, /\+(?:keys|config|debug|flush\w*|eval\w*|del|scan|monitor|acl|function|client|script)(?: |$)/, name);
    assert.ok(rules.every((rule) => rule !== '~*' && rule !== '&*'), `${name}: every key or channel`);
    for (const selector of rules.filter((rule) => rule.startsWith('('))) assert.match(selector, /-@all \+fcall\|freshet_publish\)$/);
  }
});

test('the publisher is the one of the documentation', () => {
  const page = fs.readFileSync(new URL('../../docs/publishing.md', import.meta.url), 'utf8');
  const [, documented] = page.match(/^ACL SETUSER news-publisher ((?:.*\\\n)*.*)$/m);
  assert.deepEqual(users.get('news-publisher').rules, documented.split(/[\s\\]+/).filter(Boolean));
});

test('Redis starts with the configuration, but for where its files are', async (t) => {
  const {args, ...options} = withUsers(t);
  const file = fileURLToPath(new URL('../../deploy/redis/redis.conf', import.meta.url));
  const redis = await startRedis(t, {...options, command: ['redis-server', file], args: ['--appendonly', 'yes', ...args]});
  const inForce = async (name) => (await redis.client.config('GET', name))[1];
  assert.equal(await inForce('maxmemory-policy'), 'noeviction');
  assert.equal(await inForce('busy-reply-threshold'), '2000');
  assert.match(await inForce('client-output-buffer-limit'), /pubsub 268435456 67108864 60/);
});

test('a daemon with its rights: everything works, through lost connections and lost functions', async (t) => {
  const {username, password} = loginOf('freshetd');
  const scene = await startScene(t, {
    redis: withUsers(t),
    prepare: () => ({backplane: {redis: {username, password_file: passwordFile(t, password)}}}),
  });
  const {redis, daemons} = scene;
  await leaveOldBar(redis);
  const stream = await daemons[0].stream('channel=news:1&last_event_id=earliest');
  const published = await publishOver(daemons[1]);
  assert.equal(published.status, 200, published.text);
  assert.equal((await stream.next()).id, JSON.parse(published.text).id);
  stream.close();
  const barred = await barUser(daemons[0]);
  assert.deepEqual([barred.status, JSON.parse(barred.text).instances], [202, 2], barred.text);
  assert.deepEqual(await redis.client.hkeys('freshet:bars'), ['42']);
  assert.match(await redis.client.client('LIST'), /name=freshet:one:subscriber .*user=freshetd/);
  scene.begins();
  await redis.client.function('FLUSH');
  await scene.killDaemons();
  await scene.recovers();
  for (const {log} of daemons) assert.doesNotMatch(log, /NOPERM/);
  await scene.ends();
});

/** What fails without one of the daemon's rights, and how it is seen: a reason of /readyz, or something to try. */
const notReady = (pattern) => (daemon) => daemon.notReady(pattern);
const notBarred = (command) => async (daemon) => {
  const reply = await barUser(daemon);
  assert.equal(reply.status, 503, reply.text);
  await daemon.program.output(new RegExp(`NOPERM .*${command}`, 'i'));
};
const notPublished = (command) => async (daemon) => {
  await daemon.ready();
  const reply = await publishOver(daemon);
  assert.equal(reply.status, 503, reply.text);
  assert.match(reply.text, new RegExp(`NOPERM .*${command}|keys used|access a key`, 'i'));
};
const notMarked = (command) => notReady(new RegExp(`NOPERM .*${command}`, 'i'));

const neededFor = {
  '~freshet:*': notMarked('HMGET'),
  '&freshet:*': notReady(/NOPERM .*channel/),
  '+subscribe': notReady(/NOPERM .*'subscribe'/),
  '+fcall': notReady(/NOPERM .*'fcall'/),
  '+fcall_ro': notReady(/NOPERM .*'fcall_ro'/),
  '+publish': notMarked('PUBLISH'),
  '+time': notMarked('TIME'),
  '+info': notReady(/NOPERM .*'info'/),
  '+hmget': notMarked('HMGET'),
  '+hset': notMarked('HSET'),
  '+function|load': notReady(/could not be loaded: NOPERM/),
  '+lrange': async (daemon) => {
    await daemon.ready();
    const stream = await daemon.stream('channel=news:1&last_event_id=earliest');
    await daemon.program.output(/LRANGE: NOPERM/);
    stream.close();
  },
  '+unsubscribe': async (daemon) => {
    await daemon.ready();
    const stream = await daemon.stream('channel=news:1');
    await stream.opening();
    stream.close();
    await daemon.program.output(/NOPERM .*'unsubscribe'/);
  },
  '+hgetall': async (daemon) => {
    await daemon.ready();
    await daemon.program.output(/HGETALL: NOPERM/);
  },
  '+hdel': notBarred('HDEL'),
  '+hlen': notBarred('HLEN'),
  '+hrandfield': notBarred('HRANDFIELD'),
  '+pexpireat': notBarred('PEXPIREAT'),
  '+lindex': notPublished('LINDEX'),
  '+lpush': notPublished('LPUSH'),
  '+ltrim': notPublished('LTRIM'),
  '+get': notPublished('GET'),
  '+set': notPublished('SET'),
  '(resetkeys ~* -@all +fcall|freshet_publish)': notPublished('fcall'),
  '+client|setname': async (daemon, redis) => {
    await daemon.ready();
    assert.doesNotMatch(await redis.client.client('LIST'), /name=freshet:/);
  },
};
/** Asked for only where a sentinel has named the server. */
const ofSentinels = ['+role'];
const beginning = ['on', `>${users.get('freshetd').password}`, 'resetkeys', 'resetchannels', '-@all'];

test('each of the daemon\'s rights is needed', async (t) => {
  const {rules} = users.get('freshetd');
  assert.deepEqual(rules.filter((rule) => !beginning.includes(rule) && !ofSentinels.includes(rule)).sort(), Object.keys(neededFor).sort());
  const redis = await startRedis(t, withUsers(t));
  const file = passwordFile(t, users.get('freshetd').password);
  await redis.loadFunctions();
  await redis.client.call('FCALL', 'freshet_sync', 0, 0, '-');
  // A new clock runs ahead: until then no mark has to write.
  await redis.client.hset('freshet:clock', 'last', 1, 'floor', 1);
  for (const [right, fails] of Object.entries(neededFor)) {
    await t.test(`without ${right}`, async (t2) => {
      await redis.client.function('FLUSH');
      await redis.client.del('freshet:bars', 'freshet:ring:news:1', 'freshet:key:news:1|k');
      await leaveOldBar(redis);
      await redis.client.acl('SETUSER', 'lacking', 'reset', ...rules.filter((rule) => rule !== right));
      const daemon = await startFreshetd(t2, {
        redis: redis.url, wait: false, config: {backplane: {redis: {username: 'lacking', password_file: file}}},
      });
      await until(async () => {
        const reply = await daemon.ops('/readyz');
        return reply.status === 200 || /NOPERM/.test(reply.text);
      }, 'a verdict', {detail: () => daemon.log});
      await fails(daemon, redis);
    });
  }
});

test('an eviction policy that loses rings is warned of with no further right', async (t) => {
  const redis = await startRedis(t, withUsers(t));
  await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const file = passwordFile(t, users.get('freshetd').password);
  const daemon = await startFreshetd(t, {redis: redis.url, config: {backplane: {redis: {username: 'freshetd', password_file: file}}}});
  await daemon.program.output(/maxmemory-policy is allkeys-lru/);
});

test('a publisher with its rights is confined to its channels', async (t) => {
  const redis = await startRedis(t, withUsers(t));
  const publisher = redis.connect({...loginOf('news-publisher'), enableReadyCheck: false});
  const {username, password} = loginOf('freshetd');
  const daemon = await startFreshetd(t, {
    redis: redis.url, config: {backplane: {redis: {username, password_file: passwordFile(t, password)}}},
  });
  const stream = await daemon.stream('channel=news:1&channel=other');
  await stream.opening();
  const look = () => Promise.all(['news:1', 'other'].map((channel) => redis.client.lrange(`freshet:ring:${channel}`, 0, -1)));
  const id = await publishTo(publisher, 'news:1', 'allowed', 'KEY', 'k');
  assert.equal((await stream.next()).id, id);
  const before = await look();
  const {client} = redis;
  const tries = {
    'another channel': () => publishTo(publisher, 'other', 'refused'),
    'another prefix': () => publishTo(publisher, 'news:1', 'refused', 'PREFIX', 'p:'),
    'a live-only event elsewhere': () => publishTo(publisher, 'other', 'refused', 'LIVE'),
    'a bare PUBLISH elsewhere': () => publisher.publish('freshet:other', 'refused'),
    'a control message': () => publisher.publish('freshet:!control', '{"disconnect":{"channel":"news:1"}}'),
    'a fence': () => publisher.publish('freshet:!fence', '1'),
    'a mark': () => publisher.call('FCALL', 'freshet_mark', 0, 'one', 'n'),
    'a bar': () => publisher.call('FCALL', 'freshet_bar', 0, '42', 600),
    'another ring': () => publisher.lpush('freshet:ring:other', 'refused'),
    'subscribing': () => publisher.subscribe('freshet:news:1'),
    'reading a ring': () => publisher.lrange('freshet:ring:news:1', 0, -1),
    'deleting a ring': () => publisher.del('freshet:ring:news:1'),
    'FLUSHALL': () => publisher.flushall(),
    'CONFIG': () => publisher.config('GET', '*'),
    'loading functions': () => publisher.function('FLUSH'),
  };
  for (const [what, attempt] of Object.entries(tries)) await assert.rejects(attempt, /NOPERM/, what);
  assert.deepEqual(await look(), before);
  assert.equal(await client.exists('freshet:bars'), 0);
  const next = await publishTo(publisher, 'news:1', 'allowed, too');
  assert.equal((await stream.next()).id, next, 'nothing came in between');
  assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
  stream.close();
});
