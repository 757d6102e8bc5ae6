// freshet_publish of lib/redis/freshet.lua in a real Redis: what every option does.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {clockKey, record, second, texts, useFunctions} from '../support/functions.mjs';
import {librarySource} from '../support/redis.mjs';

const f = useFunctions();
const {clock, dataset, last, mark, now, publish, refused, ring, sync} = f;

test('the version is an integer that the source states in one line, and readable by FCALL_RO', async () => {
  const version = Number(librarySource.match(/^local VERSION = (\d+)$/m)[1]);
  assert.equal(await f.redis.client.call('FCALL_RO', 'freshet_version', 0), version);
  assert.ok(version >= 1);
});

describe('freshet_publish', () => {
  test('replies the id, publishes the record, and keeps the same bytes in the ring, newest first', async () => {
    const from = await now();
    const first = await publish('user:42', '{"id":1}');
    const next = await publish('user:42', 'b', 'EVENT', 'progress');
    assert.ok(first > from && next > first);
    const records = [record(first, 0, '', '{"id":1}'), record(next, first, 'progress', 'b')];
    assert.deepEqual(texts(await f.heard.drain()).slice(1), records.map((bytes) => ['freshet:user:42', bytes]));
    assert.deepEqual(await ring('user:42'), records.reverse());
    assert.equal(await last(), next);
  });

  test('ids are the time in microseconds once the clock does not run ahead of it', async () => {
    await publish('a', '');
    const at = await now();
    await f.redis.client.hset(clockKey, 'last', at - second);
    const id = await publish('a', '');
    assert.ok(id >= at && id <= await now(), `${id} is now`);
  });

  test('ids go on from the last one when the clock runs ahead of the time', async () => {
    await publish('a', '');
    const ahead = await now() + 3600 * second;
    await f.redis.client.hset(clockKey, 'last', ahead);
    assert.deepEqual([await publish('a', ''), await publish('b', '')], [ahead + 1, ahead + 2]);
  });

  test('data and event may be any bytes that a record can carry', async () => {
    const data = Buffer.from(Array.from({length: 512}, (_, i) => i % 256));
    const event = Buffer.from('\x01 é:\xff', 'latin1');
    const id = await publish('bin', data, 'EVENT', event);
    const bytes = Buffer.concat([Buffer.from(`\x1e1|${id}|0|`), event, Buffer.from('\n'), data]);
    assert.deepEqual(await f.redis.client.lindexBuffer('freshet:ring:bin', 0), bytes);
    assert.deepEqual((await f.heard.drain())[1].data, bytes);
  });

  test('prev is the newest id of the same channel only', async () => {
    const a = await publish('a', '1');
    await publish('b', '2');
    const c = await publish('a', '3');
    assert.deepEqual((await ring('a'))[0], record(c, a, '', '3'));
  });

  test('takes every channel name of the contract, to the full length', async () => {
    const name = 'AZaz09_-.:/@~=+,'.padEnd(200, 'x');
    const id = await publish(name, '');
    assert.deepEqual(await ring(name), [record(id, 0, '', '')]);
  });

  test('publishes before it writes, and runs no command in vain', async () => {
    await publish('a', '');
    const connection = f.redis.connect();
    const monitor = await connection.monitor();
    const commands = [];
    const end = new Promise((resolve) => monitor.on('monitor', (_, args, source) => {
      if (source === 'lua') commands.push(args[0].toUpperCase());
      if (args[0].toLowerCase() === 'echo') resolve();
    }));
    await publish('a', '', 'RING', 1);
    await f.redis.client.echo('end');
    await end;
    monitor.disconnect();
    // INFO is asked once a second at most.
    assert.deepEqual(commands.filter((name) => name !== 'INFO'),
      ['HMGET', 'LINDEX', 'TIME', 'PUBLISH', 'HSET', 'LPUSH', 'LTRIM', 'PEXPIREAT']);
  });

  test('option names are case-insensitive and may come in any order', async () => {
    const id = await publish('a', 'x', 'ttl', 7200, 'Event', 'n', 'rInG', 3, 'prefix', 'p:', 'key', 'k');
    assert.deepEqual(await ring('a', 'p:'), [record(id, 0, 'n', 'x')]);
  });

  test('works inside MULTI', async () => {
    const [[, set], [, id]] = await f.redis.client.multi().set('x', 1).fcall('freshet_publish', 1, 'a', 'x').exec();
    assert.deepEqual([set, await ring('a')], ['OK', [record(id, 0, '', 'x')]]);
  });

  test('PREFIX moves every key and every channel', async () => {
    const id = await publish('a', 'x', 'PREFIX', 'app-{1}:', 'KEY', 'k');
    assert.deepEqual((await f.redis.client.keys('*')).sort(), ['app-{1}:clock', 'app-{1}:key:a|k', 'app-{1}:ring:a']);
    assert.deepEqual(texts(await f.heard.drain()), [
      ['app-{1}:!fence', String(id - 1)], ['app-{1}:a', record(id, 0, '', 'x')]]);
    await mark('i', 'n', 'PREFIX', 'app-{1}:');
    await sync(0, '-', 'PREFIX', 'app-{1}:');
    assert.equal((await f.heard.drain())[0].channel, 'app-{1}:!probe:i');
    assert.equal(await f.redis.client.exists(clockKey), 0);
  });

  describe('RING', () => {
    test('keeps so many entries, the newest ones, and prev still names the one cut off', async () => {
      const ids = [];
      for (let i = 0; i < 5; ++i) ids.push(await publish('a', String(i), 'RING', 3));
      assert.deepEqual(await ring('a'), [4, 3, 2].map((i) => record(ids[i], ids[i - 1], '', String(i))));
      await publish('a', '5', 'RING', 1);
      assert.equal((await ring('a')).length, 1);
    });

    test('without it the clock says how many, and without a clock 256', async () => {
      const pipeline = f.redis.client.pipeline();
      for (let i = 0; i < 260; ++i) pipeline.call('FCALL', 'freshet_publish', 1, 'a', i);
      await pipeline.exec();
      assert.equal(await f.redis.client.llen('freshet:ring:a'), 256);
      await f.redis.client.hset(clockKey, 'ring', 2);
      await publish('a', '');
      assert.equal(await f.redis.client.llen('freshet:ring:a'), 2);
    });
  });

  describe('TTL', () => {
    const expiry = (channel) => f.redis.client.call('PEXPIRETIME', `freshet:ring:${channel}`);
    const expected = (id, ttl) => Math.ceil((id + ttl * second) / 1000);

    test('the ring expires that long after the id, in milliseconds rounded up', async () => {
      const id = await publish('a', '');
      assert.equal(await expiry('a'), expected(id, 3600));
      const longer = await publish('a', '', 'TTL', 7201);
      assert.equal(await expiry('a'), expected(longer, 7201));
    });

    test('a later event with the default does not cut an earlier one short', async () => {
      const id = await publish('a', '', 'TTL', 7200);
      await publish('a', '');
      assert.equal(await expiry('a'), expected(id, 7200));
    });

    test('the default is the clock\'s, and what is equal to it is allowed', async () => {
      await sync(0, '-', 'TTL', 60, 'SET');
      const id = await publish('a', '', 'TTL', 60);
      assert.equal(await expiry('a'), expected(id, 60));
      await refused(() => publish('a', '', 'TTL', 59), /^ERR freshet: TTL 59 is shorter than the default of 60 s/);
    });

    test('is reckoned from the id even when the clock runs ahead of the time', async () => {
      await publish('a', '');
      await f.redis.client.hset(clockKey, 'last', await now() + 86400 * second);
      const id = await publish('a', '');
      assert.equal(await expiry('a'), expected(id, 3600));
    });

    test('a ring without an expiry, made persistent by hand, stays so', async () => {
      await publish('a', '');
      await f.redis.client.persist('freshet:ring:a');
      await publish('a', '');
      assert.equal(await expiry('a'), -1);
    });
  });

  test('RING and TTL may be as large as the refusals say', async () => {
    const id = await publish('a', '', 'RING', 1_000_000, 'TTL', 10 * 365 * 86400);
    assert.deepEqual(await ring('a'), [record(id, 0, '', '')]);
  });

  describe('KEY', () => {
    test('the same key again replies the same id and does nothing', async () => {
      const id = await publish('a', 'x', 'KEY', 'order 981|é');
      const left = await f.redis.client.pttl('freshet:key:a|order 981|é');
      assert.ok(left > 0 && left <= 600_000, `${left} ms`);
      await f.heard.drain();
      const stored = await dataset();
      assert.equal(await publish('a', 'other', 'KEY', 'order 981|é'), id);
      assert.deepEqual(await dataset(), stored);
      assert.deepEqual(await f.heard.drain(), []);
    });

    test('is remembered per channel, and forgotten with its Redis key', async () => {
      const ids = [await publish('a', '', 'KEY', 'k'), await publish('b', '', 'KEY', 'k')];
      assert.notEqual(ids[0], ids[1]);
      await f.redis.client.del('freshet:key:a|k');
      assert.ok(await publish('a', '', 'KEY', 'k') > ids[1]);
    });

    test('takes up to 512 bytes', async () => {
      const key = 'k'.repeat(512);
      assert.equal(await publish('a', '', 'KEY', key), await publish('a', '', 'KEY', key));
    });
  });

  describe('LIVE', () => {
    test('publishes a record without id, writes nothing, and replies 0', async () => {
      assert.equal(await publish('a', 'typing', 'LIVE', 'EVENT', 'n'), 0);
      assert.deepEqual(texts(await f.heard.drain()), [['freshet:a', record(0, 0, 'n', 'typing')]]);
      assert.deepEqual(await dataset(), []);
    });

    test('is bound by max_bytes too', async () => {
      await sync(0, '-', 'MAX', 3, 'SET');
      assert.equal(await publish('a', 'abc', 'LIVE'), 0);
      await refused(() => publish('a', 'abcd', 'LIVE'), /4 bytes long, 3 are allowed/);
    });
  });

  test('data may be as long as max_bytes, by default 256 KiB', async () => {
    await publish('a', 'x'.repeat(262144));
    await refused(() => publish('a', 'x'.repeat(262145)),
      /^ERR freshet: the data is 262145 bytes long, 262144 are allowed \(max_bytes\)$/);
    await f.redis.client.hset(clockKey, 'max_bytes', 2);
    await refused(() => publish('a', 'xxx'), /3 bytes long, 2 are allowed/);
  });

  test('ids rise over all channels, and prev links them, under four pipelining clients', async () => {
    const clients = Array.from({length: 4}, () => f.redis.connect());
    const channels = ['a', 'b', 'c'];
    const replies = await Promise.all(clients.map(async (client, n) => {
      const pipeline = client.pipeline();
      for (let i = 0; i < 500; ++i) pipeline.call('FCALL', 'freshet_publish', 1, channels[(i * 7 + n) % 3], `${n}:${i}`);
      return (await pipeline.exec()).map(([error, id]) => error ?? id);
    }));
    const rising = (ids) => ids.every((id, i) => Number.isSafeInteger(id) && (i === 0 || id > ids[i - 1]));
    for (const ids of replies) assert.ok(rising(ids), 'the replies of one client rise');
    const events = (await f.heard.drain()).filter(({channel}) => channel !== 'freshet:!fence');
    const ids = events.map(({data}) => Number(data.toString().split('|')[1]));
    assert.ok(rising(ids), 'the messages of all clients rise');
    assert.deepEqual(ids, replies.flat().sort((a, b) => a - b));
    const newest = {};
    for (const {channel, data} of events) {
      const [, id, prev] = data.toString().split('|');
      assert.equal(prev, newest[channel] ?? '0');
      newest[channel] = id;
    }
    for (const client of clients) client.disconnect();
  });
});
