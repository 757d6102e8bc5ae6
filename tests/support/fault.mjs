// The stage for every fault: two daemons on one Redis, clients that stay, clients that come and go between the daemons, and a
// publisher that knows the truth. A test causes the fault; this watches what the promise says about it and how long it took.
import assert from 'node:assert/strict';

import {startFreshetd} from './freshetd.mjs';
import {Follower} from './follower.mjs';
import {Published} from './oracle.mjs';
import {Publisher} from './publisher.mjs';
import {startRedis} from './redis.mjs';
import {randomFrom, seedOfRun, sleep, until, within} from './wait.mjs';

export const busyChannels = ['news', 'user:1', 'room/7'];
export const quietChannel = 'quiet';
const allChannels = [...busyChannels, quietChannel];
/** At most so many equal lines about Redis in the log of one daemon and one fault: it says what changes, not every try. */
const mostEqualLines = 2;

const queryOf = (channels) => channels.map((channel) => `channel=${encodeURIComponent(channel)}`).join('&');

class Scene {
  began = 0;
  #over;
  #noticedMs;
  #recoveredMs;
  #returning = true;

  /** `parts`: {t, redis, daemons, random}. */
  constructor(parts) {
    Object.assign(this, parts, {leaving: Promise.resolve()});
    this.oracle = new Published();
    this.steady = this.daemons.flatMap((daemon, index) => [
      this.#follower(`steady client ${index}`, allChannels, () => daemon.urls.public[0]),
      this.#follower(`quiet client ${index}`, [quietChannel], () => daemon.urls.public[0]),
    ]);
    this.visitors = this.daemons.map((_, index) => this.#follower(`visitor ${index}`, allChannels,
      () => this.random.pick(this.daemons).urls.public[0], () => this.random.integer(0, 300)));
  }

  #follower(name, channels, target, pause) {
    return Object.assign(new Follower({name, query: queryOf(channels), target, pause}), {channels});
  }

  get crowd() {
    return [...this.steady, ...this.visitors];
  }

  async start() {
    await Promise.all(this.crowd.map((follower) => follower.opened()));
    this.publisher = new Publisher({redis: this.redis, oracle: this.oracle, random: this.random, channels: busyChannels});
    this.leaving = Promise.all(this.visitors.map((visitor) => this.#comeAndGo(visitor)));
    this.leaving.catch(() => {});
    await this.publisher.more(20);
    return this;
  }

  /** Streams open at any time, also while Redis is away. */
  async #comeAndGo(visitor) {
    while (this.#returning) {
      await within(visitor.stream.opened(), `an answer to ${visitor.name}`);
      assert.equal(visitor.stream.status, 200, visitor.describe());
      await sleep(this.random.integer(50, 400));
      const {stream} = visitor;
      visitor.drop();
      await until(() => visitor.stream !== stream, `${visitor.name} to come back`);
    }
  }

  /** Publishes to one channel in one transaction, so that all of it leaves Redis at once; options as for the function. */
  async burst(channel, count, data, ...options) {
    const multi = this.redis.client.multi();
    const texts = Array.from({length: count}, (_, index) => `${channel} burst ${index} ${data}`);
    for (const text of texts) multi.call('FCALL', 'freshet_publish', 1, channel, text, ...options);
    (await multi.exec()).forEach(([error, id], index) => {
      assert.equal(error, null);
      this.oracle.add(channel, String(id), texts[index]);
    });
  }

  /** Now the fault begins: what was learnt of an earlier one is forgotten. */
  begins() {
    this.began = performance.now();
    this.#over = this.#noticedMs = this.#recoveredMs = undefined;
    this.logged = this.daemons.map((daemon) => daemon.log.length);
  }

  /** Waits until every instance says that it is not ready, for a reason like `pattern`. */
  async noticed(pattern) {
    await Promise.all(this.daemons.map((daemon) => daemon.notReady(pattern)));
    this.#noticedMs ??= performance.now() - this.began;
    const line = new RegExp(`(?:warning|error) .*(?:${pattern.source})`, pattern.flags);
    await Promise.all(this.daemons.map((daemon, index) => daemon.program.output(line, {from: this.logged[index]})));
    return this.#noticedMs;
  }

  /** Waits until every stream that stays has had `count` more heartbeats. */
  async heartbeats(count = 2, streams = this.steady) {
    await Promise.all(streams.map((follower) => {
      const enough = follower.stream.comments.length + count;
      return follower.stream.waitFor(() => follower.stream.comments.length >= enough, `heartbeats for ${follower.name}`);
    }));
  }

  /** Asserts that streams that are open go on, whatever the readiness: quiet ones with heartbeats. */
  async goesOn() {
    const quiet = this.steady.filter(({channels}) => channels !== allChannels);
    await Promise.all([this.#reaches(this.steady.filter((follower) => !quiet.includes(follower))), this.heartbeats(2, quiet)]);
  }

  /** Waits until an event that is published from now on has reached these. */
  async #reaches(followers, options) {
    const id = await this.publisher.more(1, options);
    await Promise.all(followers.map((follower) =>
      follower.waitFor(() => BigInt(follower.lastEventId || 0) >= id, `event ${id}`, options)));
  }

  /** The cause is gone; from here on the recovery is measured. A fault that is over when it has happened needs no call. */
  over() {
    this.#over = performance.now();
  }

  /** Waits until every instance is ready and a new event has reached everybody. */
  async recovers({ms} = {}) {
    const listening = this.crowd.filter(({channels}) => channels === allChannels);
    await Promise.all([...this.daemons.map((daemon) => daemon.ready({ms})), this.#reaches(listening, {ms})]);
    this.#recoveredMs = performance.now() - (this.#over ?? this.began);
    for (const [index, daemon] of this.daemons.entries()) assertCalm(daemon.log.slice(this.logged[index]));
    const noticed = this.#noticedMs === undefined ? '' : `, noticed after ${Math.round(this.#noticedMs)} ms`;
    this.t.diagnostic(`recovery: ${Math.round(this.#recoveredMs)} ms${noticed} (${this.t.name})`);
    return this.#recoveredMs;
  }

  /**
   * Ends it all and judges: nothing lost, nothing twice, in order; ids that rise; no connection dropped. `resets` is what each
   * client that stayed was told, in order: [{reason, channels}], sorted channels, or a function of the client; those that come
   * and go are told no more often, and may be told of two losses at once. `forgetful`: Redis lost its history.
   */
  async ends({resets = [], forgetful = false} = {}) {
    await this.publisher.more(5);
    this.#returning = false;
    await this.leaving;
    await this.publisher.stop();
    const last = await this.#farewell();
    for (const follower of this.crowd) {
      await follower.waitFor(() => BigInt(follower.lastEventId || 0) >= last, 'the last event');
    }
    this.publisher.ids.reduce((before, id) => {
      assert.ok(id > before, `id ${id} after ${before}`);
      return id;
    });
    for (const {name, channels, entries} of this.crowd) this.oracle.judge(name, entries, {channels, forgetful});
    const expected = typeof resets === 'function' ? resets : () => resets;
    for (const follower of this.steady) {
      assert.equal(follower.entries.filter(({open}) => open !== undefined).length, 1, `${follower.name} was dropped`);
      const told = follower.resets.map(({json}) => ({reason: json.reason, channels: [...json.channels].sort()}));
      assert.deepEqual(told, expected(follower), follower.describe());
    }
    for (const visitor of this.visitors) {
      const most = expected(visitor).length;
      assert.ok(visitor.resets.length <= most, `too many resets: ${visitor.describe()}`);
      assert.ok(visitor.resets.length > 0 || !forgetful || most === 0, `not told of the loss: ${visitor.describe()}`);
    }
    await this.stop();
  }

  async stop() {
    this.#returning = false;
    await this.leaving.catch(() => {});
    await this.publisher?.stop().catch(() => {});
    for (const follower of this.crowd) await follower.stop();
  }

  /** One last event on every channel; the last one's id. */
  async #farewell() {
    let last;
    for (const channel of allChannels) {
      const id = String(await this.redis.client.call('FCALL', 'freshet_publish', 1, channel, 'farewell'));
      this.oracle.add(channel, id, 'farewell');
      last = BigInt(id);
    }
    this.oracle.seal();
    return last;
  }

  /** Redis ends both connections of every instance. Publishers' stay. */
  async killDaemons() {
    const list = (await this.redis.client.client('LIST')).split('\n');
    const ids = list.map((line) => line.match(/^id=(\d+) .* name=freshet:\S+/)?.[1]).filter(Boolean);
    assert.ok(ids.length > 0, 'the connections of the daemons');
    for (const id of ids) await this.redis.client.client('KILL', 'ID', id);
  }

  reconnects() {
    return Promise.all(this.daemons.map(async (daemon) => await daemon.metric('freshet_redis_reconnects_total') ?? 0));
  }
}

function assertCalm(log) {
  const counts = new Map();
  for (const [, line] of log.matchAll(/^\S+ \w+ (redis .*)$/gm)) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const [line, count] of counts) assert.ok(count <= mostEqualLines, `${count} times in the log: ${line}\n${log.slice(-4000)}`);
}

/** What every stream is told when Redis has lost its history. */
export const historyLost = ({channels}) => [{reason: 'history-lost', channels: [...channels].sort()}];

/**
 * Starts the scene: `redis` are startRedis' options, `ring` the events kept per channel, `config` the daemons' further
 * configuration; `prepare(redis)` may set Redis up before they start and returns more of it. `start(t)` starts something else
 * than one Redis, which serves as one.
 */
export async function startScene(t, {redis: redisOptions = {}, ring = 5000, config = {}, prepare = () => ({}),
  start = (test) => startRedis(test, {functions: false, ...redisOptions})} = {}) {
  const seed = seedOfRun();
  t.diagnostic(`seed ${seed}: FRESHET_TEST_SEED=${seed} repeats the choices`);
  const random = randomFrom(seed);
  const redis = await start(t);
  const prepared = await prepare(redis);
  const {backplane = {}} = {...config, ...prepared};
  const daemons = await Promise.all(['one', 'two'].map((instance) => startFreshetd(t, {
    instance, redis: redis.url,
    config: {
      ...config, ...prepared, streams: {heartbeat: '1s'},
      backplane: {...backplane, history: {events: ring, ...backplane.history}},
    },
  })));
  const scene = new Scene({t, redis, daemons, random});
  t.after(() => scene.stop());
  return scene.start();
}
