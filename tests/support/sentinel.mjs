// A Redis primary with two replicas, watched by three sentinels, all on this machine: each in a folder and on a
// port of its own.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {Redis} from 'ioredis';

import {startScene} from './fault.mjs';
import {freePort} from './ports.mjs';
import {Program} from './process.mjs';
import {clientTls, startRedis, tlsOptions} from './redis.mjs';
import {deadlineMs, until, within} from './wait.mjs';

export const masterName = 'mymaster';
/**
 * Sentinels take a server for dead after so long a silence, and give up a failover that takes so long: longer than any machine
 * stands still, so that only a test makes a failover happen.
 */
const patient = {downAfterMs: 120_000, failoverTimeoutMs: 20_000};
/** As operators have them. */
const eager = {downAfterMs: 1000, failoverTimeoutMs: 2000};
/** The first eager one finds first that the primary is down: they do not all want to be elected at once, and fail. */
const laterMs = 600;
const sentinelsTellMs = 15_000;

/** One sentinel. `events` are all that it has announced: {channel, text, at} with `at` by performance.now(). */
export class Sentinel {
  events = [];
  #connections = [];

  constructor({port, password, tls, downAfterMs, failoverTimeoutMs}) {
    this.id = crypto.randomBytes(20).toString('hex');
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-sentinel-'));
    Object.assign(this, {port, password, tls, downAfterMs, failoverTimeoutMs});
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  get #configFile() {
    return path.join(this.folder, 'sentinel.conf');
  }

  /** It knows the others from the start, as one does that has been running for a while. */
  configure({servers, sentinels}) {
    const [primary, ...replicas] = servers;
    const others = sentinels.filter((other) => other !== this);
    fs.writeFileSync(this.#configFile, [
      `port ${this.tls ? 0 : this.port}`, ...tlsOptions(this).map((words) => words.join(' ')), 'bind 127.0.0.1', `dir ${this.folder}`,
      `sentinel myid ${this.id}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${masterName} ${this.downAfterMs}`,
      `sentinel failover-timeout ${masterName} ${this.failoverTimeoutMs}`,
      `sentinel parallel-syncs ${masterName} 2`,
      ...replicas.map(({port}) => `sentinel known-replica ${masterName} 127.0.0.1 ${port}`),
      ...others.map(({port, id}) => `sentinel known-sentinel ${masterName} 127.0.0.1 ${port} ${id}`),
      ...(this.password ? [`requirepass ${this.password}`, `sentinel sentinel-pass ${this.password}`] : []),
      '',
    ].join('\n'));
  }

  /** Starts it, again after kill9() with what it knew. */
  async start() {
    this.program = new Program('redis-server', [this.#configFile, '--sentinel']);
    await this.program.output(/\+monitor master/, {where: 'stdout'});
    this.client = this.#connect();
    const hearing = this.#connect();
    hearing.on('pmessage', (_, channel, text) => {
      this.events.push({channel, text, at: performance.now()});
    });
    await within(hearing.psubscribe('*'), 'psubscribe');
    // A busy machine is no reason for it to believe that the clock has jumped, and to do nothing for half a minute.
    await this.client.call('SENTINEL', 'DEBUG', 'TILT-TRIGGER', '10000', 'TILT-PERIOD', '1000');
    return this;
  }

  #connect() {
    const connection = new Redis({
      port: this.port, host: '127.0.0.1', connectTimeout: deadlineMs, retryStrategy: null, password: this.password,
      ...clientTls(this),
    });
    connection.on('error', () => {});   // every command that it concerns rejects
    this.#connections.push(connection);
    return connection;
  }

  /** From now on so long a silence is death to it. */
  takesForDeadAfter(ms) {
    return this.client.call('SENTINEL', 'SET', masterName, 'down-after-milliseconds', String(ms));
  }

  /** What it says of the primary: {port, epoch}. */
  async primary() {
    const {'config-epoch': epoch} = await this.#master();
    const [, port] = await this.client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
    return {port: Number(port), epoch: Number(epoch)};
  }

  /** Whether it is at rest with that primary. It names one already while it still makes the others follow. */
  async restsOn({port}) {
    const master = await this.#master();
    return Number(master.port) === port && !master.flags.includes('failover_in_progress');
  }

  async #master() {
    const fields = await this.client.call('SENTINEL', 'MASTER', masterName);
    return Object.fromEntries(Array.from({length: fields.length / 2}, (_, index) => fields.slice(2 * index, 2 * index + 2)));
  }

  /** All that it announced, with the time by performance.now(). */
  describe() {
    const lines = this.events.map(({channel, text, at}) => `${Math.round(at)} ${channel} ${text}`);
    return `sentinel ${this.address}:\n${lines.join('\n')}`;
  }

  async kill9() {
    for (const connection of this.#connections.splice(0)) connection.disconnect();
    if (this.program?.running) await this.program.kill9();
  }
}

/** Sentinel ends all connections of a server whose role it changes. */
function clientOf(server) {
  if (server.client.status === 'end') server.client = server.connect();
  return server.client;
}

/** Asks a server, once more when it turns out that a sentinel has ended the connection. */
async function ask(server, question) {
  try {
    return await question(clientOf(server));
  } catch (error) {
    if (server.client.status !== 'end') throw error;
    return question(clientOf(server));
  }
}

/** See startSentinels. Serves tests as a RedisServer does, of which it is always the primary. */
export class SentinelCluster {
  constructor(parts) {
    Object.assign(this, parts);
    [this.primary] = this.servers;
  }

  /** Of no server at all: the daemon has to ask the sentinels. */
  get url() {
    return `${this.primary.tls ? 'rediss' : 'redis'}://nobody.invalid:1/0`;
  }

  /** What the daemon is told of the sentinels. */
  get config() {
    const sentinel = {master: masterName, nodes: this.sentinels.map(({address}) => address)};
    const {tls} = this.primary;
    return {backplane: {redis: {sentinel, ...(tls && {tls: {ca_file: tls.authority.file}})}}};
  }

  get client() {
    return clientOf(this.primary);
  }

  get #awake() {
    return this.sentinels.filter(({program, asleep}) => program.running && !asleep);
  }

  get replicas() {
    return this.servers.filter((server) => server !== this.primary);
  }

  connect(options) {
    return this.primary.connect(options);
  }

  /** Replaces the primary as operators do it: while everything runs. */
  failover() {
    return this.#switched(() => until(
      () => this.sentinels[0].client.call('SENTINEL', 'FAILOVER', masterName).then(() => true, (error) => {
        // A replica that has not been looked at since the last failover is no good one.
        if (/NOGOODSLAVE|INPROG/.test(error.message)) return false;
        throw error;
      }), 'SENTINEL FAILOVER'));
  }

  /** Kills the primary and waits until another one is. One sentinel is eager meanwhile. */
  async killPrimary() {
    const [first] = this.#awake;
    await this.#rests();
    const switched = await this.#switched(async () => {
      await this.primary.kill9();
      await first.takesForDeadAfter(eager.downAfterMs);
    });
    await first.takesForDeadAfter(first.downAfterMs);
    return switched;
  }

  /** Holds up all writes until the next failover; replicas have everything by then. As operators do before a planned one. */
  async replicate() {
    await this.client.client('PAUSE', '30000', 'WRITE');
    const offset = async (server) => {
      const info = await ask(server, (client) => client.info('replication'));
      return Number(info.match(/master_repl_offset:(\d+)/)[1]);
    };
    const end = await offset(this.primary);
    for (const replica of this.replicas.filter(({program}) => program.running)) {
      await until(async () => await offset(replica) >= end, `${replica.port} to have everything`);
    }
  }

  /** From now on nothing that is written to the primary reaches a replica. */
  async cutOffReplicas() {
    await this.client.acl('SETUSER', 'default', '-psync', '-sync');
    await this.client.client('KILL', 'TYPE', 'replica');
    await until(async () => (await this.client.info('replication')).includes('connected_slaves:0\r'), 'the replicas to be gone');
  }

  /** The ids of all events that the primary keeps. */
  async keptIds() {
    const ids = new Set();
    for (const key of await this.client.keys('freshet:ring:*')) {
      for (const record of await this.client.lrange(key, 0, -1)) ids.add(record.split('|')[1]);
    }
    return ids;
  }

  /** Makes a failover happen: {from, to, at}; `at` is when the first sentinel saw the new primary promoted. */
  async #switched(cause) {
    const awake = this.#awake;
    const heard = awake.map(({events}) => events.length);
    const from = this.primary;
    await cause();
    const promotion = () => awake
      .flatMap(({events}, index) => events.slice(heard[index]))
      .find(({channel}) => channel === '+promoted-slave');
    const promoted = await until(promotion, 'a promotion', {every: 5, ms: 60_000, detail: () => awake[0].program.stdout.slice(-3000)});
    const port = Number(promoted.text.match(/^slave \S+ \S+ (\d+) /)[1]);
    this.primary = this.servers.find((server) => server.port === port);
    assert.ok(this.primary && this.primary !== from, `another primary: ${promoted.text}`);
    return {from, to: this.primary, at: promoted.at};
  }

  /** Waits until all servers that run, and all sentinels, agree on the primary. */
  async settled({ms = 60_000} = {}) {
    await this.#rests(ms);
    for (const replica of this.replicas.filter(({program}) => program.running)) await this.#follows(replica, ms);
  }

  #rests(ms) {
    return until(async () => (await Promise.all(this.#awake.map((sentinel) => sentinel.restsOn(this.primary)))).every(Boolean),
      `the sentinels to be at rest with ${this.primary.port}`, {ms, detail: () => this.#awake.map((sentinel) => sentinel.describe()).join('\n')});
  }

  /** Sentinels tell a server that came back whom to follow after ten seconds or so, and now and then not at all: then this does. */
  #follows(replica, ms) {
    const tellAt = performance.now() + sentinelsTellMs;
    let told = false;
    return until(async () => {
      const info = await ask(replica, (client) => client.info('replication')).catch(() => '');
      if (!told && performance.now() > tellAt) {
        await ask(replica, (client) => client.replicaof('127.0.0.1', this.primary.port));
        told = true;
      }
      return info.includes(`master_port:${this.primary.port}\r`) && info.includes('master_link_status:up');
    }, `${replica.port} to follow ${this.primary.port}`, {ms});
  }
}

/**
 * Starts primary, replicas and sentinels, all of which end with the test `t`. `password` is the sentinels' own;
 * `args` are further options of the servers; with `tls` (see redis.mjs) all speak it, and nothing else. `eagerly` the
 * sentinels replace any primary that is silent for a second; otherwise only one that a method here has killed.
 */
export async function startSentinels(t, {args = [], password, tls, eagerly = false, servers: serverCount = 3, sentinels: sentinelCount = 3} = {}) {
  const common = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...args];
  const primary = await startRedis(t, {functions: false, args: common, tls});
  const replicas = await Promise.all(Array.from({length: serverCount - 1}, () =>
    startRedis(t, {functions: false, args: [...common, '--replicaof', `127.0.0.1 ${primary.port}`], tls})));
  const servers = [primary, ...replicas];
  const sentinels = [];
  for (let count = 0; count < sentinelCount; count += 1) {
    const times = eagerly ? {...eager, downAfterMs: eager.downAfterMs + count * laterMs} : patient;
    sentinels.push(new Sentinel({port: await freePort(), password, tls, ...times}));
  }
  const cluster = new SentinelCluster({servers, sentinels});
  t.after(async () => {
    for (const sentinel of sentinels) {
      if (t.passed === false) t.diagnostic(sentinel.describe());
      await sentinel.kill9();
      fs.rmSync(sentinel.folder, {recursive: true, force: true});
    }
  });
  for (const sentinel of sentinels) sentinel.configure(cluster);
  await Promise.all(sentinels.map((sentinel) => sentinel.start()));
  await cluster.settled();
  await until(async () => {
    const replies = await Promise.all(sentinels.map(({client}) => client.call('SENTINEL', 'CKQUORUM', masterName).catch(() => '')));
    return replies.every((reply) => reply.startsWith('OK'));
  }, 'the sentinels to know each other');
  return cluster;
}

/** The names of a server's connections from daemons, sorted. */
export async function connectionsOf(server) {
  const list = await ask(server, (client) => client.client('LIST'));
  return [...list.matchAll(/ name=(freshet:\S+)/g)].map(([, name]) => name).sort();
}

/** How long a daemon may take to follow a promotion. */
const followMs = 2000;

/**
 * The scene of fault.mjs on sentinels: {scene, cluster, followed, ends}. `followed(switched)` takes the publisher along, waits
 * until all daemons are on the new primary, and on no other, and measures; `ends` is scene.ends() where it depends on the moment
 * how much Redis has forgotten: every client was told at most `mostResets` times.
 */
export async function sentinelScene(t, options = {}) {
  const scene = await startScene(t, {start: (test) => startSentinels(test, options), prepare: ({config}) => config});
  const cluster = scene.redis;
  const names = scene.daemons.flatMap(({options: {instance}}) => [`freshet:${instance}:command`, `freshet:${instance}:subscriber`]);

  async function followed({from, to, at}) {
    scene.publisher.connection?.disconnect();
    await until(async () => names.join() === (await connectionsOf(to)).join(), `all on ${to.port}`, {every: 5});
    const ms = performance.now() - at;
    t.diagnostic(`followed ${Math.round(ms)} ms after the promotion`);
    assert.ok(ms <= followMs, `followed after ${ms} ms`);
    if (from.program.running) assert.deepEqual(await connectionsOf(from), []);
  }

  async function ends({mostResets}) {
    await scene.ends({forgetful: true, resets: (follower) => {
      const resets = follower.resets.map(({json}) => ({reason: json.reason, channels: [...json.channels].sort()}));
      assert.ok(resets.length <= mostResets, follower.describe());
      return resets;
    }});
    t.diagnostic(`resets: ${scene.steady.map(({resets}) => resets.length).join(' ')}`);
  }

  return {scene, cluster, followed, ends};
}
