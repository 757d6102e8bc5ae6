// The clock of lib/redis/freshet.lua in a real Redis: how it begins, breaks, is marked and synchronized.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {beginning, clockKey, parseLine, record, second, skew, texts, unknownEpoch, useFunctions} from '../support/functions.mjs';
import {startRedis} from '../support/redis.mjs';
import {startShiftedClock} from '../support/shifted_clock.mjs';
import {until} from '../support/wait.mjs';

const f = useFunctions();
const {changeEpoch, clock, dataset, fcall, last, mark, now, publish, refused, ring, sync} = f;

describe('the clock', () => {
  test('the first write creates it ahead of the time, and fences before the event', async () => {
    const from = await now();
    const id = await publish('a', 'x');
    const {last: newest, floor, epoch, lead, holes, ...rest} = await clock();
    assert.deepEqual([Number(newest), Number(floor), holes, rest], [id, id - 1, '', {}]);
    assert.equal(Number(lead), floor - Math.floor((floor - skew) / 2));
    assert.ok(floor >= from + skew && floor <= await now() + skew);
    assert.match(epoch, /^[0-9a-f]{40}$/);
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!fence', floor], ['freshet:a', record(id, 0, '', 'x')]]);
    await publish('a', 'x');
    assert.equal((await f.heard.drain()).length, 1, 'one fence only');
  });

  test('FLUSHALL ends the history: another fence, and ids above all earlier ones', async () => {
    const id = await publish('a', '');
    await f.redis.client.flushall();
    await f.heard.drain();
    const line = await mark('i', 'n');
    assert.ok(line.floor > id && line.last === line.floor);
    assert.deepEqual((await f.heard.drain()).map(({channel}) => channel), ['freshet:!fence', 'freshet:!probe:i']);
  });

  for (const [name, move] of [['publish', () => publish('a', '')], ['mark', () => mark('i', 'n')], ['sync', () => sync(0, '-')]]) {
    test(`a new life of the server leaves a hole, seen by ${name}, and moves no floor`, async () => {
      await publish('a', '');
      const old = await clock();
      await changeEpoch();
      await f.heard.drain();
      const from = Math.max(Number(old.last) + 1, await now());
      await move();
      const {epoch, holes, floor, last: newest} = await clock();
      assert.notEqual(epoch, old.epoch);
      assert.equal(floor, old.floor);
      const [of, base, boot] = holes.split(':');
      assert.deepEqual([of, base], [old.epoch, old.last]);
      assert.ok(Number(boot) >= from + skew && Number(boot) <= Number(newest));
      assert.ok(!(await f.heard.drain()).some(({channel}) => channel === 'freshet:!fence'));
    });
  }

  test('a publish that knew the old life notices the new one by itself, soon', async () => {
    await publish('a', '');
    await f.redis.client.call('DEBUG', 'CHANGE-REPL-ID');
    await until(async () => {
      await publish('a', '');
      return (await clock()).holes !== '';
    }, 'a hole', {every: 50});
  });

  test('a new life is noticed at once, too, after the time was set back', async (t) => {
    const shifted = await startShiftedClock(t);
    const redis = await startRedis(t, {env: shifted.env});
    const publishHere = () => redis.client.call('FCALL', 'freshet_publish', 1, 'a', '');
    await publishHere();
    shifted.set(-3600);
    await redis.client.call('DEBUG', 'CHANGE-REPL-ID');
    await publishHere();
    assert.notEqual(await redis.client.hget(clockKey, 'holes'), '');
  });

  test('eight holes are kept, the latest ones', async () => {
    const epochs = [];
    for (let i = 0; i < 10; ++i) {
      await publish('a', '');
      epochs.push((await clock()).epoch);
      await changeEpoch();
    }
    const {holes} = await mark('i', 'n');
    assert.deepEqual(holes.split(',').map((hole) => hole.split(':')[0]), epochs.slice(-8));
  });

  test('a restart from a stale dump: ids above everything before, a hole, and proof for whoever saw more', async (t) => {
    const {redis, heard} = f;
    t.after(() => Object.assign(f, {redis, heard}));
    f.redis = await startRedis(t);
    await publish('a', 'kept');
    const {last: base, epoch} = await clock();
    await f.redis.client.save();
    const forgotten = await publish('a', 'forgotten');
    await f.redis.kill9();
    await f.redis.start();
    f.heard = await f.redis.listen();

    const id = await publish('a', 'new');
    assert.ok(id > forgotten);
    const afterwards = await clock();
    assert.match(afterwards.holes, new RegExp(`^${epoch}:${base}:\\d+$`));
    assert.deepEqual((await ring('a')).map((bytes) => bytes.split('\n')[1]), ['new', 'kept']);
    await f.heard.drain();

    assert.equal((await sync(base, epoch)).floor, Number(afterwards.floor), 'who saw no more has lost nothing');
    assert.equal((await f.heard.drain()).length, 0);
    const told = await sync(forgotten, epoch);
    assert.equal(told.floor, id + 1);
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!fence', String(id + 1)]]);
  });
});

describe('freshet_mark', () => {
  test('advances the clock to now and publishes it on the daemon\'s own channel, with the reply\'s bytes', async () => {
    await publish('a', '');
    await f.redis.client.hset(clockKey, 'last', await now() - second);
    await f.heard.drain();
    const text = await fcall('freshet_mark', [], 'host-1:8080', 'n_1.2-3');
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!probe:host-1:8080', text]]);
    const line = parseLine(text);
    const {floor, epoch} = await clock();
    assert.deepEqual(line, {nonce: 'n_1.2-3', last: line.now, floor: Number(floor), epoch, ttl: 3600, ttlSince: 0,
      ttlBefore: 3600, ring: 256, maxBytes: 262144, now: line.now, holes: ''});
    assert.ok(line.now <= await now() && line.now > await now() - 10 * second);
    assert.equal(await last(), line.last);
  });

  test('leaves a clock alone that runs ahead', async () => {
    await publish('a', '');
    const ahead = await now() + 3600 * second;
    await f.redis.client.hset(clockKey, 'last', ahead);
    const stored = await dataset();
    assert.equal((await mark('i', 'n')).last, ahead);
    assert.deepEqual(await dataset(), stored);
  });

  test('refuses what would break its channel or its line', async () => {
    await refused(() => fcall('freshet_mark', []), /^ERR freshet: usage: FCALL freshet_mark 0 <instance> <nonce>/);
    await refused(() => fcall('freshet_mark', ['k'], 'i', 'n'), /^ERR freshet: usage/);
    await refused(() => mark('i n', 'n'), /^ERR freshet: instance 'i n': byte 0x20 at position 2/);
    await refused(() => mark('i', 'a|b'), /^ERR freshet: nonce 'a\|b': byte 0x7c at position 2/);
    await refused(() => mark('i', ''), /^ERR freshet: nonce is 0 bytes long, 1 to 64 are allowed/);
    await refused(() => mark('i', 'n', 'TTL', 1), /^ERR freshet: unknown option 'TTL' at argument 3/);
  });
});

describe('freshet_sync', () => {
  const unmoved = async (line, earlier) => {
    assert.deepEqual([line.floor, await f.heard.drain()], [earlier.floor, []]);
  };
  const moved = async (line, floor) => {
    assert.deepEqual([line.last, line.floor], [floor, floor]);
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!fence', String(floor)]]);
    const stored = await clock();
    assert.deepEqual([stored.last, stored.floor], [String(floor), String(floor)]);
  };
  /** A clock with one hole: {old, base, epoch, last, floor}. */
  const withHole = async () => {
    const {epoch: old, last: base} = await mark('i', 'n');
    await changeEpoch();
    const line = await mark('i', 'n');
    await f.heard.drain();
    return {...line, old, base};
  };

  test('a first sync creates the clock, and replies it as a mark does', async () => {
    const line = await sync(0, '-');
    assert.deepEqual({...line, floor: 0, now: 0, epoch: ''}, {nonce: '-', last: line.now + skew, floor: 0, epoch: '', ttl: 3600,
      ttlSince: 0, ttlBefore: 3600, ring: 256, maxBytes: 262144, now: 0, holes: ''});
    assert.equal(line.floor, line.last);
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!fence', String(line.floor)]]);
  });

  test('evidence within the clock moves nothing', async () => {
    const state = await withHole();
    await unmoved(await sync(state.last, state.epoch), state);
    await unmoved(await sync(state.last, '-'), state);
    await unmoved(await sync(0, state.epoch), state);
    await unmoved(await sync(state.base, state.old), state);
  });

  test('H above the clock: history was lost', async () => {
    const state = await withHole();
    await moved(await sync(state.last + 1, state.epoch), beginning(state.last + 1, state.epoch) + 1);
    const far = state.now + 86400 * second;
    await moved(await sync(far, '-'), beginning(far, state.epoch) + 1);
  });

  test('H above the base of its hole: history was lost', async () => {
    const state = await withHole();
    await moved(await sync(state.base + 1, state.old), state.last + 1);
  });

  test('of two holes of one life the lower one counts', async () => {
    const {old, base, holes, last: newest} = await withHole();
    for (const both of [`${holes},${old}:${base + 2}:${newest}`, `${old}:${base + 2}:${newest},${holes}`]) {
      const earlier = await last();
      await f.redis.client.hset(clockKey, 'holes', both);
      await moved(await sync(base + 1, old), earlier + 1);
      await f.redis.client.hset(clockKey, 'floor', 0);
    }
  });

  test('an epoch that is in no hole: history was lost', async () => {
    const state = await withHole();
    await moved(await sync(state.floor, unknownEpoch), state.last + 1);
  });

  test('evidence below the floor moves nothing: the first of many daemons declares the loss for all', async () => {
    const {floor, now: time} = await sync(await now() + 60 * second, unknownEpoch);
    await f.heard.drain();
    for (const seen of [floor - 1, time, 1]) assert.equal((await sync(seen, unknownEpoch)).floor, floor);
    assert.deepEqual(texts(await f.heard.drain()), []);
    await moved(await sync(floor, unknownEpoch), floor + 1);
  });

  test('evidence against a new dataset moves the floor above it, with one fence', async () => {
    const seen = await now() + 3600 * second;
    await moved(await sync(seen, unknownEpoch), beginning(seen, (await clock()).epoch) + 1);
    await f.redis.client.flushall();
    const line = await sync(1, unknownEpoch);
    assert.equal(line.floor, line.now + skew);
    assert.deepEqual(texts(await f.heard.drain()), [['freshet:!fence', String(line.floor)]]);
  });

  test('always asks which life this is, whatever the library remembers', async () => {
    const {epoch} = await mark('i', 'n');
    await f.redis.client.call('DEBUG', 'CHANGE-REPL-ID');
    assert.notEqual((await sync(0, '-')).epoch, epoch);
  });

  test('refuses evidence more than a day ahead of both the time and the clock', async () => {
    await mark('i', 'n');
    const far = await now() + 86460 * second;
    await refused(() => sync(far, '-'), /^EVIDENCE freshet: H \d+ is more than a day ahead of the clock and the time$/);
    await f.redis.client.hset(clockKey, 'last', far);
    assert.equal((await sync(far, '-')).last, far, 'a clock that ran ahead does not lock its daemons out');
    await f.redis.client.flushall();
    await refused(() => sync(far, '-'), /^EVIDENCE freshet: H/);
  });

  test('refuses bad arguments', async () => {
    for (const seed of [() => {}, () => mark('i', 'n')]) {
      await seed();
      await refused(() => fcall('freshet_sync', [], 0), /^ERR freshet: usage: FCALL freshet_sync 0 <H> <epoch\|->/);
      await refused(() => fcall('freshet_sync', ['k'], 0, '-'), /^ERR freshet: usage/);
      for (const value of ['', 'x', '-1', '1.0', '9007199254740993']) {
        await refused(() => sync(value, '-'), /^ERR freshet: H '.*' is not a clock value$/);
      }
      await refused(() => sync(0, ''), /^ERR freshet: epoch is 0 bytes long/);
      await refused(() => sync(0, 'a|b'), /^ERR freshet: epoch 'a\|b': byte 0x7c at position 2/);
      await refused(() => sync(0, '-', 'MAX', 0), /^ERR freshet: MAX '0' is not an integer from 1 to 536870912$/);
      await refused(() => sync(0, '-', 'RING', '1000001'), /^ERR freshet: RING/);
      await refused(() => sync(0, '-', 'TTL', 0), /^ERR freshet: TTL/);
      await refused(() => sync(0, '-', 'EVENT', 'n'), /^ERR freshet: unknown option 'EVENT' at argument 3/);
      await refused(() => sync(0, '-', 'SET', 'SET'), /^ERR freshet: option SET is given twice/);
    }
  });

  describe('defaults', () => {
    const defaults = ({ttl, ttlSince, ttlBefore, ring: entries, maxBytes}) => ({ttl, ttlSince, ttlBefore, ring: entries, maxBytes});

    test('a new clock starts with what is given, as if it had always been so', async () => {
      const line = await sync(0, '-', 'RING', 10, 'TTL', 60, 'MAX', 1000);
      assert.deepEqual(defaults(line), {ttl: 60, ttlSince: 0, ttlBefore: 60, ring: 10, maxBytes: 1000});
      assert.deepEqual(defaults(await mark('i', 'n')), defaults(line));
    });

    test('without SET only what is missing is written', async () => {
      await sync(0, '-', 'RING', 10);
      const line = await sync(0, '-', 'RING', 20, 'MAX', 2000);
      assert.deepEqual([line.ring, line.maxBytes], [10, 2000]);
      assert.equal((await sync(0, '-', 'RING', 20, 'SET')).ring, 20);
    });

    test('a changed TTL is remembered with the shorter promise, and moves no floor', async () => {
      const start = await sync(0, '-', 'TTL', 600, 'SET');
      await f.heard.drain();
      const longer = await sync(0, '-', 'TTL', 7200, 'SET');
      assert.deepEqual(defaults(longer), {...defaults(start), ttl: 7200, ttlSince: start.last + 1, ttlBefore: 600});
      assert.deepEqual([longer.last, longer.floor], [start.last + 1, start.floor]);
      const shorter = await sync(0, '-', 'TTL', 60, 'SET');
      assert.deepEqual(defaults(shorter), {...defaults(start), ttl: 60, ttlSince: longer.last + 1, ttlBefore: 600});
      const again = await sync(0, '-', 'TTL', 1200, 'SET');
      assert.deepEqual([again.ttl, again.ttlBefore], [1200, 60]);
      assert.deepEqual(await f.heard.drain(), []);
    });

    test('the same TTL again changes nothing', async () => {
      await sync(0, '-', 'TTL', 600, 'RING', 5, 'MAX', 9, 'SET');
      const stored = await dataset();
      await sync(0, '-', 'TTL', 600, 'RING', 5, 'MAX', 9, 'SET');
      assert.deepEqual(await dataset(), stored);
    });

    test('a clock without defaults promised the built-in TTL so far', async () => {
      const id = await publish('a', '');
      const line = await sync(0, '-', 'TTL', 7200);
      assert.deepEqual([line.ttl, line.ttlBefore, line.ttlSince], [7200, 3600, id + 1]);
    });

    test('the time of a change is now, when the clock does not run ahead', async () => {
      await sync(0, '-', 'TTL', 600);
      await f.redis.client.hset(clockKey, 'last', await now() - second);
      const line = await sync(0, '-', 'TTL', 601, 'SET');
      assert.deepEqual([line.ttlSince, line.last], [line.now, line.now]);
    });
  });
});
