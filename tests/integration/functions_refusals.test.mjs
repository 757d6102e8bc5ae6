// What freshet_publish of lib/redis/freshet.lua refuses, in which words, and that it leaves nothing behind.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {clockKey, useFunctions} from '../support/functions.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const f = useFunctions();
const {clock, fcall, mark, publish, refused, sync} = f;

describe('freshet_publish refuses, and leaves nothing behind:', () => {
  const cases = [
    ['no key', () => fcall('freshet_publish', [], 'a', 'x'), /^ERR freshet: 0 keys, expected one: FCALL freshet_publish 1 <channel> <data>/],
    ['two keys', () => fcall('freshet_publish', ['a', 'b'], 'x'), /^ERR freshet: 2 keys, expected one/],
    ['no data', () => fcall('freshet_publish', ['a']), /^ERR freshet: the data is missing/],
    ['an empty channel', () => publish('', 'x'), /^ERR freshet: channel is 0 bytes long, 1 to 200 are allowed$/],
    ['a long channel', () => publish('c'.repeat(201), 'x'), /^ERR freshet: channel is 201 bytes long, 1 to 200 are allowed$/],
    ['a space in the channel', () => publish('use r', 'x'), /^ERR freshet: channel 'use r': byte 0x20 at position 4 is not allowed/],
    ['a NUL in the channel', () => publish('a\0b', 'x'), /channel 'a\\x00b': byte 0x00 at position 2/],
    ['UTF-8 in the channel', () => publish('é', 'x'), /channel '\\xc3\\xa9': byte 0xc3 at position 1/],
    ...[...'!|*?#%&"\'<>()[]{}\\;^`$\x7f\n'].map((char) =>
      [`${JSON.stringify(char)} in the channel`, () => publish(`a${char}`, 'x'), /^ERR freshet: channel .* at position 2 is not/]),
    ['an unknown option', () => publish('a', 'x', 'EVNT', 'n'), /^ERR freshet: unknown option 'EVNT' at argument 2$/],
    ['another function\'s option', () => publish('a', 'x', 'EVENT', 'n', 'SET'), /^ERR freshet: unknown option 'SET' at argument 4$/],
    ['an option with a NUL', () => publish('a', 'x', 'TTL\0'), /unknown option 'TTL\\x00' at argument 2/],
    ...['EVENT', 'KEY', 'RING', 'TTL', 'PREFIX'].map((name) =>
      [`${name} without a value`, () => publish('a', 'x', name), new RegExp(`^ERR freshet: option ${name} needs a value$`)]),
    ['an option twice', () => publish('a', 'x', 'TTL', 7200, 'ttl', 7200), /^ERR freshet: option TTL is given twice$/],
    ['LIVE twice', () => publish('a', 'x', 'LIVE', 'LIVE'), /^ERR freshet: option LIVE is given twice$/],
    ['an empty event name', () => publish('a', 'x', 'EVENT', ''), /^ERR freshet: EVENT is 0 bytes long, 1 to 128 are allowed$/],
    ['a long event name', () => publish('a', 'x', 'EVENT', 'e'.repeat(129)), /^ERR freshet: EVENT is 129 bytes long/],
    ...[['\r', '0d'], ['\n', '0a'], ['|', '7c'], ['\0', '00']].map(([char, hex]) =>
      [`byte ${hex} in the event name`, () => publish('a', 'x', 'EVENT', `e${char}`),
        new RegExp(`^ERR freshet: EVENT .*: byte 0x${hex} at position 2 is not allowed`)]),
    ['an event of the broker', () => publish('a', 'x', 'EVENT', 'stream-reset'),
      /^ERR freshet: EVENT 'stream-reset': names that begin with 'stream-' are the broker's own$/],
    ...['0', '-1', '+1', '1.5', '1e3', '0x10', ' 7', '', 'many', '1000001', '1'.repeat(30)].map((value) =>
      [`RING ${JSON.stringify(value)}`, () => publish('a', 'x', 'RING', value),
        /^ERR freshet: RING '.*' is not an integer from 1 to 1000000$/]),
    ...['0', '-3600', '3600.0', '315360001'].map((value) =>
      [`TTL ${value}`, () => publish('a', 'x', 'TTL', value), /^ERR freshet: TTL '.*' is not an integer from 1 to 315360000$/]),
    ['a TTL below the default', () => publish('a', 'x', 'TTL', 3599), /^ERR freshet: TTL 3599 is shorter than the default of 3600 s/],
    ['an empty KEY', () => publish('a', 'x', 'KEY', ''), /^ERR freshet: KEY is 0 bytes long, 1 to 512 are allowed$/],
    ['a long KEY', () => publish('a', 'x', 'KEY', 'k'.repeat(513)), /^ERR freshet: KEY is 513 bytes long, 1 to 512 are allowed$/],
    ['an empty PREFIX', () => publish('a', 'x', 'PREFIX', ''), /^ERR freshet: PREFIX is 0 bytes long/],
    ['a bad PREFIX', () => publish('a', 'x', 'PREFIX', 'p!'), /^ERR freshet: PREFIX 'p!': byte 0x21 at position 2/],
    ['LIVE with KEY', () => publish('a', 'x', 'LIVE', 'KEY', 'k'), /^ERR freshet: LIVE events are not kept: KEY, RING and TTL/],
    ['LIVE with RING', () => publish('a', 'x', 'RING', 5, 'LIVE'), /^ERR freshet: LIVE events/],
    ['LIVE with TTL', () => publish('a', 'x', 'LIVE', 'TTL', 7200), /^ERR freshet: LIVE events/],
  ];
  for (const [name, call, pattern] of cases) {
    test(name, async () => {
      await refused(call, pattern);     // without a clock
      await publish('a', 'x');
      await refused(call, pattern);     // and with one
    });
  }

  test('a foreign value under the ring, the clock or the memory of a KEY', async () => {
    await f.redis.client.set('freshet:ring:a', 'x');
    await refused(() => publish('a', ''), /^WRONGTYPE freshet: LINDEX 'freshet:ring:a': Operation against/);
    await f.redis.client.rpush('freshet:ring:b', 'x');
    await refused(() => publish('b', ''), /^ERR freshet: the newest entry of 'freshet:ring:b' is not a record$/);
    await f.redis.client.rpush('freshet:key:c|k', 'x');
    await refused(() => publish('c', '', 'KEY', 'k'), /^WRONGTYPE freshet: GET 'freshet:key:c\|k'/);
    await f.redis.client.set('freshet:key:d|k', 'x');
    await refused(() => publish('d', '', 'KEY', 'k'), /^ERR freshet: 'freshet:key:d\|k' holds 'x', not an id$/);
    await f.redis.client.set(clockKey, 'x');
    await refused(() => publish('e', ''), /^WRONGTYPE freshet: HMGET 'freshet:clock'/);
    await refused(() => publish('e', '', 'LIVE'), /^WRONGTYPE freshet: HMGET 'freshet:clock'/);
    await refused(() => mark('i', 'n'), /^WRONGTYPE/);
    await refused(() => sync(0, '-'), /^WRONGTYPE/);
  });

  test('a broken clock, naming key and field', async () => {
    await publish('a', '');
    const whole = await clock();
    const breaks = {
      last: ['', 'x', '1.5', '1e3', '-1', '9007199254740993', '99999999999999999999'], floor: ['x'], epoch: ['', 'a|b'],
      ttl: ['0', 'x'], ring: ['0', '1000001'], max_bytes: ['x'], ttl_since: ['x'], ttl_before: ['0'],
    };
    for (const [field, values] of Object.entries(breaks)) {
      for (const value of values) {
        await f.redis.client.hset(clockKey, field, value);
        const pattern = new RegExp(`^ERR freshet: freshet:clock: field ${field} is broken \\('.*'\\); delete the key`);
        await refused(() => publish('a', ''), pattern);
        await refused(() => mark('i', 'n'), pattern);
        await refused(() => sync(0, '-'), pattern);
      }
      await f.redis.client.del(clockKey);
      await f.redis.client.hset(clockKey, whole);
    }
    await f.redis.client.hdel(clockKey, 'floor');
    await refused(() => publish('a', ''), /^ERR freshet: freshet:clock: field floor is broken \(missing\)/);
    await f.redis.client.hset(clockKey, {...whole, holes: 'x:1:2,y|:3:4'});
    await refused(() => mark('i', 'n'), /^ERR freshet: freshet:clock: field holes is broken/);
    await refused(() => sync(0, '-'), /field holes is broken/);
  });

  test('a call that Redis cannot keep: out of memory, too few replicas', async () => {
    await f.redis.client.config('SET', 'maxmemory', '1');
    await refused(() => publish('a', ''), /^OOM /);
    assert.match(await f.redis.client.call('FCALL', 'freshet_mark', 0, 'i', 'n'), /^n\|/, 'marks still prove delivery');
    assert.match(await f.redis.client.call('FCALL', 'freshet_sync', 0, 0, '-'), /^-\|/);
    await f.redis.client.config('SET', 'maxmemory', '0');
    await f.redis.client.config('SET', 'min-replicas-to-write', '1');
    await refused(() => publish('a', ''), /^NOREPLICAS /);
    await f.redis.client.config('SET', 'min-replicas-to-write', '0');
  });
});

test('a replica refuses to write, and knows the version', async (t) => {
  await publish('a', 'x');
  const replica = await startRedis(t, {args: ['--replicaof', `127.0.0.1 ${f.redis.port}`], functions: false});
  await until(async () => (await replica.client.info('replication')).includes('master_link_status:up'), 'the replica');
  for (const call of [['freshet_publish', 1, 'a', 'x'], ['freshet_publish', 1, 'a', 'x', 'LIVE'], ['freshet_mark', 0, 'i', 'n'],
    ['freshet_sync', 0, 0, '-']]) {
    await refused(() => replica.client.call('FCALL', ...call), /^READONLY /);
  }
  assert.equal(await replica.client.call('FCALL_RO', 'freshet_version', 0), await f.redis.client.call('FCALL_RO', 'freshet_version', 0));
  await f.redis.client.wait(1, 10_000);
  assert.deepEqual(await replica.client.hgetall(clockKey), await clock());
});
