// The function library in a redis-server of the test file's own: calls, what they published, and what they stored.
import assert from 'node:assert/strict';
import {after, before, beforeEach} from 'node:test';

import {startRedis} from './redis.mjs';

export const second = 1_000_000;
/** How far a clock begins ahead of the time. */
export const skew = 10 * second;
/** Where a life of this epoch begins that cannot go by the time. */
export const beginning = (above, epoch) => above + skew + Number.parseInt(epoch.slice(0, 6), 16);
export const clockKey = 'freshet:clock';
/** In no clock. */
export const unknownEpoch = 'f'.repeat(40);

export const record = (id, prev, event, data) => `\x1e1|${id}|${prev}|${event}\n${data}`;
export const texts = (messages) => messages.map(({channel, data}) => [channel, data.toString()]);

/** A line of freshet_mark or freshet_sync as an object; checks its form. */
export function parseLine(text) {
  const names = ['nonce', 'last', 'floor', 'epoch', 'ttl', 'ttlSince', 'ttlBefore', 'ring', 'maxBytes', 'now', 'holes'];
  const fields = String(text).split('|');
  assert.equal(fields.length, names.length, `eleven fields: ${text}`);
  return Object.fromEntries(names.map((name, i) => {
    if (['nonce', 'epoch', 'holes'].includes(name)) return [name, fields[i]];
    assert.match(fields[i], /^\d+$/, name);
    return [name, Number(fields[i])];
  }));
}

class Functions {
  /** The server and a listener to everything that it publishes. A test may put others here for a while. */
  redis;
  heard;

  // Arrows, so that a test file can take the calls apart from the object.
  fcall = (name, keys, ...args) => this.redis.client.call('FCALL', name, keys.length, ...keys, ...args);
  publish = (channel, data, ...options) => this.fcall('freshet_publish', [channel], data, ...options);
  mark = async (...args) => parseLine(await this.fcall('freshet_mark', [], ...args));
  sync = async (...args) => parseLine(await this.fcall('freshet_sync', [], ...args));

  clock = () => this.redis.client.hgetall(clockKey);
  last = async () => Number(await this.redis.client.hget(clockKey, 'last'));
  ring = (channel, prefix = 'freshet:') => this.redis.client.lrange(`${prefix}ring:${channel}`, 0, -1);

  /** The server's time in microseconds. */
  now = async () => {
    const [seconds, micros] = await this.redis.client.time();
    return Number(seconds) * second + Number(micros);
  };

  /** A new life of the server, and a library that remembers none. */
  changeEpoch = async () => {
    await this.redis.client.call('DEBUG', 'CHANGE-REPL-ID');
    await this.redis.loadFunctions();
  };

  /** All keys with their values and expiry times. */
  dataset = async () => {
    const {client} = this.redis;
    const keys = (await client.keys('*')).sort();
    return Promise.all(keys.map(async (key) =>
      [key, (await client.dumpBuffer(key)).toString('hex'), await client.call('PEXPIRETIME', key)]));
  };

  /** The call is refused with an error like `pattern`, and leaves nothing behind: no byte in Redis, no message. */
  refused = async (call, pattern) => {
    await this.heard.drain();
    const earlier = await this.dataset();
    await assert.rejects(call, (error) => {
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /script:|user_function|internal error/, 'a clean message');
      return true;
    });
    assert.deepEqual(await this.dataset(), earlier);
    assert.deepEqual(texts(await this.heard.drain()), []);
  };
}

/** For the top of a test file: one server for all its tests, empty before each of them. */
export function useFunctions() {
  const functions = new Functions();
  const endings = [];
  before(async () => {
    functions.redis = await startRedis({after: (ending) => endings.push(ending)});
    functions.heard = await functions.redis.listen();
  });
  beforeEach(async () => {
    await functions.redis.client.flushall();
    await functions.heard.drain();
  });
  after(async () => {
    for (const ending of endings) await ending();
  });
  return functions;
}
