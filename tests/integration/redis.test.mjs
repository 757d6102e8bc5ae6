// freshetd with a real Redis: what is published arrives, is resumed at any process, and is checked.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {idsAndData, publishSome, publishTo} from '../support/publishing.mjs';
import {librarySource, startRedis} from '../support/redis.mjs';
import {sleep, until} from '../support/wait.mjs';

test('publishing through Redis', async (t) => {
  const {redis, daemon} = await startBoth(t);

  await t.test('the daemon has loaded the functions', async () => {
    const version = Number(librarySource.match(/local VERSION = (\d+)/)[1]);
    assert.equal(await redis.client.call('FCALL_RO', 'freshet_version', 0), version);
  });

  await t.test('FCALL arrives with the id that it returned', async () => {
    const stream = await daemon.stream('channel=user:42');
    await stream.opening();
    const plain = await publishTo(redis.client, 'user:42', '{"id":1,"text":"hello"}');
    const named = await publishTo(redis.client, 'user:42', '{"pct":42}', 'EVENT', 'progress');
    const events = await stream.collect(2);
    assert.deepEqual(events.map(({id, event, data}) => [id, event, data]),
      [[plain, 'message', '{"id":1,"text":"hello"}'], [named, 'progress', '{"pct":42}']]);
    stream.close();
  });

  await t.test('the same KEY twice is one event', async () => {
    const stream = await daemon.stream('channel=keys');
    await stream.opening();
    const first = await publishTo(redis.client, 'keys', 'a', 'KEY', 'order-981');
    assert.equal(await publishTo(redis.client, 'keys', 'b', 'KEY', 'order-981'), first);
    const last = await publishTo(redis.client, 'keys', 'c');
    assert.deepEqual((await stream.collect(2)).map((event) => event.id), [first, last]);
    stream.close();
  });

  await t.test('a bare PUBLISH and LIVE have no id and are not replayed', async () => {
    const stream = await daemon.stream('channel=live');
    const {id: cursor} = await stream.opening();
    assert.ok(await redis.client.publish('freshet:live', 'typing…') >= 1);
    const bare = await stream.next();
    assert.deepEqual([bare.id, bare.event, bare.bytes.toString()], [undefined, 'message', 'typing…']);
    assert.equal(await publishTo(redis.client, 'live', 'named', 'LIVE', 'EVENT', 'note'), '0');
    const live = await stream.next();
    assert.deepEqual([live.id, live.event, live.data], [undefined, 'note', 'named']);
    stream.close();
    const durable = await publishTo(redis.client, 'live', 'durable');
    const again = await daemon.stream('channel=live', {lastEventId: cursor});
    assert.deepEqual((await again.opening()).json, {resume: 'complete'});
    assert.equal((await again.next()).id, durable);
    again.close();
  });

  await t.test('the daemon publishes to Redis what it is given over HTTP', async () => {
    const id = await daemon.publish('http', 'from HTTP', {event: 'note'});
    const [record] = await redis.client.lrange('freshet:ring:http', 0, -1);
    assert.equal(record, `\x1e1|${id}|0|note\nfrom HTTP`);
  });

  await t.test('only channels with readers are subscribed', async () => {
    const subscribed = async () => (await redis.client.pubsub('CHANNELS', 'freshet:only:*')).sort();
    const stream = await daemon.stream('channel=only:one&channel=only:two');
    await stream.opening();
    assert.deepEqual(await subscribed(), ['freshet:only:one', 'freshet:only:two']);
    stream.close();
    await until(async () => (await subscribed()).length === 0, 'the channels to be unsubscribed');
  });
});

test('a stream begun on one process goes on at another', async (t) => {
  const {redis, daemon: one} = await startBoth(t, {instance: 'one'});
  const two = await startFreshetd(t, {redis: redis.url, instance: 'two'});
  const first = await one.stream('channel=a&channel=b');
  const {id: fresh} = await first.opening();
  const sent = [...await publishSome(redis.client, 'a', 2), ...await publishSome(redis.client, 'b', 2)];
  assert.deepEqual(idsAndData(await first.collect(4)), sent);
  first.close();
  sent.push(...await publishSome(redis.client, 'a', 3), ...await publishSome(redis.client, 'b', 3));
  const second = await two.stream('channel=a&channel=b', {lastEventId: first.lastEventId});
  assert.deepEqual((await second.opening()).json, {resume: 'complete'});
  assert.deepEqual(idsAndData(await second.collect(6)), sent.slice(4));
  second.close();
  const whole = await two.stream('channel=a&channel=b', {lastEventId: fresh});
  assert.deepEqual((await whole.opening()).json, {resume: 'complete'});
  assert.deepEqual(idsAndData(await whole.collect(10)), sent);
  whole.close();
});

test('records that are not ours are dropped and counted', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const rejected = async () => (await daemon.metric('freshet_records_rejected_total')) ?? 0;
  const malformed = {
    'nothing after the mark': '\x1e',
    'garbage after the mark': '\x1e\x00\xff\xfe garbage',
    'another version': '\x1e2|1800000000000000|0|\nx',
    'a record cut off in its head': '\x1e1|18000000',
    'a record without a line feed': '\x1e1|1800000000000000|0|',
    'an id that is no number': '\x1e1|abc|0|\nx',
    'an id of 30 digits': `\x1e1|${'9'.repeat(30)}|0|\nx`,
    'a negative id': '\x1e1|-5|0|\nx',
    'a prev that is no number': '\x1e1|1800000000000000|x|\nx',
    'a prev above its id': '\x1e1|1800000000000000|1800000000000001|\nx',
    'a name of the broker\'s own': '\x1e1|1800000000000000|0|stream-reset\n{}',
    'a name with a carriage return': '\x1e1|1800000000000000|0|a\rid: 5\nx',
  };

  await t.test('as messages', async (t2) => {
    const stream = await daemon.stream('channel=bad');
    await stream.opening();
    for (const [what, record] of Object.entries(malformed)) {
      await t2.test(what, async () => {
        const before = await rejected();
        await redis.client.publish('freshet:bad', Buffer.from(record, 'latin1'));
        const id = await publishTo(redis.client, 'bad', 'after');
        const event = await stream.next();
        assert.deepEqual([event.id, event.data], [id, 'after']);
        assert.equal(await rejected(), before + 1);
      });
    }
    await t2.test('an id that was seen already', async () => {
      const before = await rejected();
      await publishTo(redis.client, 'bad', 'once');
      const seen = await stream.next();
      const [record] = await redis.client.lrangeBuffer('freshet:ring:bad', 0, 0);
      await redis.client.publish('freshet:bad', record);
      const id = await publishTo(redis.client, 'bad', 'after');
      assert.equal((await stream.next()).id, id);
      assert.equal(stream.messages.filter((event) => event.id === seen.id).length, 1);
      assert.equal(await rejected(), before + 1);
    });
    await t2.test('messages on the broker\'s own channels that it did not send', async () => {
      for (const channel of ['freshet:!control', 'freshet:!probe:one']) {
        for (const text of ['', 'garbage', '\x1e1|1|0|\n', '99999999999999999999', '{"fence":1}']) {
          await redis.client.publish(channel, text);
        }
      }
      const id = await publishTo(redis.client, 'bad', 'after');
      assert.equal((await stream.next()).id, id);
    });
    assert.deepEqual(stream.controls.map((event) => event.event), ['stream-cursor']);
    stream.close();
  });

  await t.test('in rings', async () => {
    const sent = await publishSome(redis.client, 'ring', 2);
    for (const record of Object.values(malformed)) await redis.client.lpush('freshet:ring:ring', Buffer.from(record, 'latin1'));
    const before = await rejected();
    const stream = await daemon.stream('channel=ring&last_event_id=earliest');
    assert.deepEqual(idsAndData(await stream.collect(2)), sent);
    assert.ok(await rejected() >= before + Object.keys(malformed).length);
    stream.close();
  });

  await t.test('a ring that is no list does not stop the others', async () => {
    const sent = await publishSome(redis.client, 'good', 1);
    await redis.client.set('freshet:ring:wrong', 'not a list');
    const stream = await daemon.stream('channel=good&last_event_id=earliest');
    assert.deepEqual(idsAndData(await stream.collect(1)), sent);
    stream.close();
    const wrong = await daemon.stream('channel=wrong', {lastEventId: sent[0].id});
    wrong.close();
    await daemon.ready();
  });
});

test('a message that went missing is noticed by the next one and fetched from the ring', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const stream = await daemon.stream('channel=gap');
  await stream.opening();
  const [first] = await publishSome(redis.client, 'gap', 1);
  // What freshet_publish does, but for the PUBLISH.
  const hidden = await redis.client.eval(`
    local last = redis.call('HGET', KEYS[1], 'last')
    local id = string.format('%.0f', tonumber(last) + 1)
    redis.call('HSET', KEYS[1], 'last', id)
    redis.call('LPUSH', KEYS[2], '\\0301|' .. id .. '|' .. ARGV[1] .. '|\\nhidden')
    return id`, 2, 'freshet:clock', 'freshet:ring:gap', first.id);
  const last = await publishTo(redis.client, 'gap', 'after');
  assert.deepEqual(idsAndData(await stream.collect(3)),
    [first, {id: hidden, data: 'hidden'}, {id: last, data: 'after'}]);
  assert.equal(await daemon.metric('freshet_gaps_total'), 1);
  assert.equal(stream.controls.filter((event) => event.event === 'stream-reset').length, 0);
  stream.close();
});

test('a ring that was too short', async (t) => {
  const {redis, daemon} = await startBoth(t, {config: {backplane: {history: {events: 5}}}});
  const first = await daemon.stream('channel=short&channel=quiet');
  const {id: cursor} = await first.opening();
  first.close();
  const sent = await publishSome(redis.client, 'short', 9);

  await t.test('resets who was away, and gives what is left', async () => {
    const stream = await daemon.stream('channel=short&channel=quiet', {lastEventId: cursor});
    const opening = await stream.opening();
    assert.deepEqual([opening.event, opening.json], ['stream-reset', {reason: 'trimmed', channels: ['short']}]);
    assert.deepEqual(idsAndData(await stream.collect(5)), sent.slice(4));
    assert.equal(BigInt(opening.id), BigInt(sent[4].id) - 1n);
    stream.close();
  });

  await t.test('is enough for who missed little', async () => {
    const stream = await daemon.stream('channel=short&channel=quiet', {lastEventId: sent[3].id});
    assert.deepEqual((await stream.opening()).json, {resume: 'complete'});
    assert.deepEqual(idsAndData(await stream.collect(5)), sent.slice(4));
    stream.close();
  });

  await t.test('resets a stream in the middle when a repair needs more than it has', async () => {
    // Before the daemon can come back, more is published than the ring keeps.
    const stream = await daemon.stream('channel=short');
    await stream.opening();
    const multi = redis.client.multi().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    for (let index = 0; index < 20; index += 1) multi.call('FCALL', 'freshet_publish', 1, 'short', `burst ${index}`);
    const ids = (await multi.exec()).slice(1).map(([, id]) => String(id));
    const reset = await stream.control('stream-reset');
    assert.deepEqual(reset.json, {reason: 'trimmed', channels: ['short']});
    assert.deepEqual((await stream.collect(5)).map((event) => event.id), ids.slice(-5));
    stream.close();
  });
});

test('settings that the dataset shares', async (t) => {
  const redis = await startRedis(t, {functions: false});
  await startFreshetd(t, {redis: redis.url, instance: 'one', config: {backplane: {history: {events: 7, ttl: '30m', max_event_bytes: '1KiB'}}}});
  assert.deepEqual(await redis.client.hmget('freshet:clock', 'ring', 'ttl', 'max_bytes'), ['7', '1800', '1024']);
  await publishSome(redis.client, 'shared', 10);
  assert.equal(await redis.client.llen('freshet:ring:shared'), 7);
  await assert.rejects(publishTo(redis.client, 'shared', 'x'.repeat(1025)), /1024|large|limit|bytes/i);
});

test('idle for longer than a probe, nothing is sent and nothing goes wrong', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const stream = await daemon.stream('channel=idle');
  await stream.opening();
  // Some probes have to pass: the daemon announces none of them.
  await sleep(3500);
  assert.equal(stream.events.length, 1);
  assert.equal(await daemon.metric('freshet_redis_reconnects_total') ?? 0, 0);
  const id = await publishTo(redis.client, 'idle', 'x');
  assert.equal((await stream.next()).id, id);
  stream.close();
});
