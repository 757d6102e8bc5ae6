// freshet_bar of lib/redis/freshet.lua in a real Redis: whose older tokens are refused, and until when.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {useFunctions} from '../support/functions.mjs';

const f = useFunctions();
const {fcall, now, refused} = f;
const barsKey = 'freshet:bars';
const bars = () => f.redis.client.hgetall(barsKey);
const bar = async (user, seconds, ...options) => {
  const reply = String(await fcall('freshet_bar', [], user, seconds, ...options));
  assert.match(reply, /^\d+:\d+$/);
  const [before, until] = reply.split(':').map(Number);
  return {before, until, reply};
};
const nowSeconds = async () => Math.floor(await now() / 1_000_000);

describe('a bar', () => {
  test('refuses what was issued until now, this second included, for so many seconds', async () => {
    const from = await nowSeconds();
    const {before, until, reply} = await bar('42', 600);
    const to = await nowSeconds();
    assert.ok(before >= from + 1 && before <= to + 1, `${before}, ${from} to ${to}`);
    assert.equal(until - before, 599);
    assert.deepEqual(await bars(), {42: reply});
  });

  test('expires with the last one, whichever came first', async () => {
    const longest = await bar('a', 600);
    assert.equal(await f.redis.client.call('PEXPIRETIME', barsKey), longest.until * 1000);
    await bar('b', 60);
    assert.equal(await f.redis.client.call('PEXPIRETIME', barsKey), longest.until * 1000);
    const longer = await bar('c', 6000);
    assert.equal(await f.redis.client.call('PEXPIRETIME', barsKey), longer.until * 1000);
  });

  test('grows with the next one of its user, and never shrinks', async () => {
    const first = await bar('42', 600);
    const longer = await bar('42', 6000);
    assert.ok(longer.until > first.until && longer.before >= first.before);
    const shorter = await bar('42', 1);
    assert.equal(shorter.until, longer.until);
    const past = await bar('42', 1, 'BEFORE', 1);
    assert.equal(past.before, shorter.before);
    assert.deepEqual(await bars(), {42: past.reply});
  });

  test('is put back as it was, and nothing changes when it is there', async () => {
    const then = await nowSeconds() - 100;
    const {before, reply} = await bar('42', 600, 'BEFORE', then);
    assert.equal(before, then);
    assert.deepEqual(await bars(), {42: reply});
    const offset = await f.redis.client.info('replication');
    assert.equal((await bar('42', 1, 'BEFORE', then)).reply, reply);
    const written = (text) => text.match(/master_repl_offset:\d+/)[0];
    assert.equal(written(await f.redis.client.info('replication')), written(offset));
  });

  test('never reaches into the future, whatever a daemon takes for now', async () => {
    const {before} = await bar('42', 600, 'BEFORE', await nowSeconds() + 5000);
    assert.ok(before <= await nowSeconds() + 1);
  });

  test('what is over, or is none, goes with the next write; its user begins anew', async () => {
    const past = await nowSeconds() - 1;
    await f.redis.client.hset(barsKey, 'over', `${past - 600}:${past}`, 'broken', 'x', 'self', `${past + 9000}:${past}`);
    await f.redis.client.expire(barsKey, 60);
    const {before, until, reply} = await bar('self', 600);
    assert.ok(before <= await nowSeconds() + 1, 'an old bar does not count');
    assert.deepEqual(await bars(), {self: reply});
    assert.equal(await f.redis.client.call('PEXPIRETIME', barsKey), until * 1000);
  });

  test('of many users, those that are over do not pile up', async () => {
    const past = await nowSeconds() - 1;
    const old = Array.from({length: 500}, (_, i) => [`old-${i}`, `${past}:${past}`]).flat();
    await f.redis.client.hset(barsKey, ...old);
    await f.redis.client.expire(barsKey, 60);
    for (let i = 0; i < 200; ++i) await bar(`new-${i}`, 600);
    const left = Object.keys(await bars());
    assert.equal(left.filter((user) => user.startsWith('new-')).length, 200);
    assert.ok(left.length < 300, `${left.length} are left`);
  });

  test('of so many users, more are not taken, but those that are may be barred for longer', async () => {
    const until = await nowSeconds() + 600;
    const users = Array.from({length: 99_999}, (_, i) => [`user-${i}`, `1:${until}`]);
    while (users.length > 0) await f.redis.client.hset(barsKey, ...users.splice(0, 10_000).flat());
    await bar('the last one', 600);
    await refused(() => bar('one too many', 600), /^ERR freshet: 100000 users are barred, no more are taken$/);
    assert.ok((await bar('user-7', 6000)).until > until);
  });

  test('of another prefix is another one; a user is any text without control characters', async () => {
    const {reply} = await bar('ü:|\'" ', 600, 'prefix', 'p:');
    assert.deepEqual(await f.redis.client.hgetall('p:bars'), {'ü:|\'" ': reply});
    assert.deepEqual(await bars(), {});
  });
});

test('what is refused leaves nothing behind', async () => {
  const usage = /^ERR freshet: usage: FCALL freshet_bar 0/;
  await refused(() => fcall('freshet_bar', ['k'], '42', 600), usage);
  await refused(() => fcall('freshet_bar', [], '42'), usage);
  await refused(() => bar('', 600), /^ERR freshet: user is 0 bytes long/);
  await refused(() => bar('x'.repeat(201), 600), /^ERR freshet: user is 201 bytes long/);
  for (const byte of ['\0', '\n', '\x1f', '\x7f']) await refused(() => bar(`a${byte}b`, 600), /^ERR freshet: user 'a\\x/);
  for (const seconds of ['0', '-1', '1.5', '0x10', 'ten', '', String(366 * 86400)]) {
    await refused(() => bar('42', seconds), /^ERR freshet: seconds .* is not an integer from 1 to 31536000/);
  }
  await refused(() => bar('42', 600, 'BEFORE', '-1'), /^ERR freshet: BEFORE '-1' is not an integer/);
  await refused(() => bar('42', 600, 'BEFORE'), /^ERR freshet: option BEFORE needs a value/);
  await refused(() => bar('42', 600, 'TTL', 5), /^ERR freshet: unknown option 'TTL'/);
  await f.redis.client.set(barsKey, 'foreign');
  await refused(() => bar('42', 600), /^WRONGTYPE freshet: HMGET 'freshet:bars'/);
});

describe('with the least rights', () => {
  const rights = ['resetkeys', '~freshet:*', '-@all', '+fcall', '+time', '+hmget', '+hset', '+hdel', '+hlen', '+hrandfield', '+pexpireat'];
  const asConfined = async (body, ...more) => {
    await f.redis.client.acl('SETUSER', 'confined', 'reset', 'on', '>secret', ...rights, ...more);
    const user = f.redis.connect({username: 'confined', password: 'secret', enableReadyCheck: false});
    try {
      await body(() => user.call('FCALL', 'freshet_bar', 0, '42', 600));
    } finally {
      user.disconnect();
    }
  };
  const addOldOne = () => f.redis.client.hset(barsKey, 'over', '1:2');

  test('a daemon bars', async () => {
    await addOldOne();
    await asConfined(async (call) => assert.match(await call(), /^\d+:\d+$/));
  });

  for (const lack of ['time', 'hmget', 'hset', 'hdel', 'hlen', 'hrandfield', 'pexpireat']) {
    test(`without ${lack.toUpperCase()} nothing is left behind, and the command is named`, async () => {
      await addOldOne();
      await asConfined((call) => refused(call, new RegExp(`^NOPERM freshet: this user may not run ${lack.toUpperCase()}`)), `-${lack}`);
    });
  }
});
