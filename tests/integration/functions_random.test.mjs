// Random calls of lib/redis/freshet.lua in a real Redis, held to a model of its rules. FRESHET_TEST_SEED repeats a run.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';

import {FunctionModel} from '../support/function_model.mjs';
import {clockKey, parseLine, second, texts, unknownEpoch, useFunctions} from '../support/functions.mjs';
import {randomFrom, seedOfRun} from '../support/wait.mjs';

const f = useFunctions();
const {clock, fcall, now, publish, ring} = f;

describe('random calls leave what the rules say', () => {
  for (const seed of [1, 2, 3, 4, 5, seedOfRun()]) {
    test(`seed ${seed}`, async () => {
      const random = randomFrom(seed);
      const epochOf = async () => (await f.redis.client.info('replication')).match(/master_replid:(\w+)/)[1];
      await f.redis.loadFunctions();
      const model = new FunctionModel(await epochOf());
      const epochs = [model.epoch];
      const trace = [];

      const steps = {
        async publish() {
          const options = {};
          if (random.next() < 0.2) options.event = random.pick(['e', 'progress']);
          if (random.next() < 0.2) options.key = random.pick(['k', 'l', 'm']);
          if (random.next() < 0.2) options.ring = random.integer(1, 6);
          if (random.next() < 0.2) options.ttl = (model.clock?.ttl ?? 3600) + random.integer(0, 5000);
          const channel = random.pick(['a', 'b', 'c']);
          const words = Object.entries(options).flat();
          const [from, id, to] = [await now(), await publish(channel, 'data', ...words), await now()];
          const known = options.key && model.keys.get(`${channel}|${options.key}`);
          let time = known ? from : model.timeOf(id, Number((await clock()).lead));
          if (time === undefined) {
            assert.ok(model.clock.last + 1 >= from, `id ${id} is behind the time ${from}`);
            time = from;
          } else {
            assert.ok(time >= from && time <= to, `id ${id} needs the time ${time}, it was ${from} to ${to}`);
          }
          assert.equal(id, model.publish(time, channel, 'data', options));
          return [channel, ...words];
        },
        async mark() {
          const text = await fcall('freshet_mark', [], 'i', 'n');
          const time = parseLine(text).now;
          model.mark(time);
          assert.equal(text, model.line('n', time));
          model.published.push(['freshet:!probe:i', text]);
        },
        async sync() {
          const c = model.clock;
          const hole = c?.holes.length && random.pick(c.holes);
          const around = (value) => Math.max(0, value + random.pick([-second, -1, 0, 1, second]));
          const seen = random.pick([0, ...(c ? [c.last, around(c.last)] : [around(await now())]), ...(hole ? [around(hole[1])] : [])]);
          const epoch = random.pick(['-', '-', model.epoch, model.epoch, random.pick(epochs), ...(hole ? [hole[0]] : []), unknownEpoch]);
          const options = {set: random.next() < 0.5};
          if (random.next() < 0.4) options.ttl = random.pick([1800, 3600, 7200]);
          if (random.next() < 0.3) options.ring = random.integer(3, 9);
          if (random.next() < 0.3) options.maxBytes = random.integer(100, 999);
          const words = [...(options.ttl ? ['TTL', options.ttl] : []), ...(options.ring ? ['RING', options.ring] : []),
            ...(options.maxBytes ? ['MAX', options.maxBytes] : []), ...(options.set ? ['SET'] : [])];
          const text = await fcall('freshet_sync', [], seen, epoch, ...words);
          const time = parseLine(text).now;
          model.sync(time, seen, epoch, options);
          assert.equal(text, model.line('-', time));
          return [seen, epoch, ...words];
        },
        async newLife() {
          await f.redis.client.call('DEBUG', 'CHANGE-REPL-ID');
          epochs.push((model.epoch = await epochOf()));
          // Either the library is new as well, or it remembers the old life and a sync must ask.
          if (random.next() < 0.5) await f.redis.loadFunctions();
          else await steps.sync();
        },
        async flush() {
          await f.redis.client.flushall();
          model.flush();
        },
        async jump() {
          if (!model.clock) return;
          // The clock behind or ahead of the time, as after the time was set forward or back; floors stay below it.
          model.clock.last = Math.max(model.clock.last - random.integer(0, 20) * second,
            model.clock.floor) + random.pick([0, 0, random.integer(0, 20)]) * second;
          await f.redis.client.hset(clockKey, 'last', model.clock.last);
        },
      };
      const weighted = [...Array(12).fill('publish'), ...Array(5).fill('mark'), ...Array(5).fill('sync'), 'newLife', 'flush', 'jump', 'jump'];

      try {
        for (let i = 0; i < 300; ++i) {
          const name = random.pick(weighted);
          trace.push([name]);
          model.published = [];
          trace.at(-1).push(await steps[name]());
          assert.deepEqual(texts(await f.heard.drain()), model.published);
          const stored = await clock();
          const c = model.clock;
          assert.deepEqual(stored, c ? Object.fromEntries(Object.entries({
            last: c.last, floor: c.floor, epoch: c.epoch, lead: c.lead, holes: c.holes.map((hole) => hole.join(':')).join(','), ttl: c.ttl, ring: c.ring,
            max_bytes: c.maxBytes, ttl_since: c.since || undefined, ttl_before: c.before,
          }).filter(([, value]) => value !== undefined).map(([field, value]) => [field, String(value)])) : {});
          for (const [channel, {entries, expiry}] of model.rings) {
            assert.deepEqual(await ring(channel), entries.map(({bytes}) => bytes), `ring ${channel}`);
            assert.equal(await f.redis.client.call('PEXPIRETIME', `freshet:ring:${channel}`), expiry);
          }
        }
      } catch (error) {
        error.message += `\nseed ${seed}, the last calls:\n${trace.slice(-8).map((call) => JSON.stringify(call)).join('\n')}`;
        throw error;
      }
    });
  }
});
