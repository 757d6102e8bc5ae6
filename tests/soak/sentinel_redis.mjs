// A primary and two replicas that three sentinels watch. All write append-only files, so that only a failover can forget.
import {startSentinels} from '../support/sentinel.mjs';
import {until} from '../support/wait.mjs';
import {keepStarting} from './logs.mjs';
import {withConnection} from './redis_faults.mjs';

/** What the sentinels announce that a reader of the chronicle wants to know. */
const newsworthy = /^(\+switch-master|\+promoted-slave|\+odown|\+convert-to-slave|-failover-abort\S*|\+tilt)$/;
/** How often the sentinels are asked for the publishers, who leave a primary that was replaced. */
const watchMs = 250;
/** All of them announce the same: once is enough. */
const sameMs = 1000;

export class SentinelRedis {
  constructor(world, {minReplicas}) {
    Object.assign(this, {world, minReplicas});
  }

  async start(args) {
    this.cluster = await startSentinels(this.world, {eagerly: true, args: [
      '--appendonly', 'yes', '--appendfsync', 'always', '--min-replicas-to-write', String(this.minReplicas),
      '--min-replicas-max-lag', '3', ...args,
    ]});
    this.servers.forEach((server, index) => {
      server.name = `redis-${index + 1}`;
      this.#keepRole(server);
      keepStarting(server, this.world);
    });
    this.sentinels.forEach((sentinel, index) => {
      sentinel.name = `sentinel-${index + 1}`;
      keepStarting(sentinel, this.world);
    });
    this.timer = setInterval(() => this.primary().catch(() => {}), watchMs);
  }

  stop() {
    clearInterval(this.timer);
  }

  /** A server comes back as what it was when it went, as its rewritten configuration file would have it. */
  #keepRole(server) {
    for (const name of ['stop', 'kill9']) {
      const end = server[name].bind(server);
      server[name] = async () => {
        const primary = await this.primary().catch(() => undefined);
        server.followed = primary === server ? undefined : primary?.port;
        await end();
      };
    }
    const start = server.start.bind(server);
    server.start = () => {
      const at = server.args.indexOf('--replicaof');
      if (at >= 0) server.args.splice(at, 2);
      if (server.followed) server.args.push('--replicaof', `127.0.0.1 ${server.followed}`);
      return start();
    };
  }

  get servers() {
    return this.cluster.servers;
  }

  get sentinels() {
    return this.cluster.sentinels;
  }

  get url() {
    return this.cluster.url;
  }

  get config() {
    return this.cluster.config.backplane.redis;
  }

  /** What most sentinels that answer say, the one with the newest knowledge first. */
  async primary() {
    const answers = (await Promise.all(this.sentinels.map((sentinel) => sentinel.primary().catch(() => undefined)))).filter(Boolean);
    const newest = answers.sort((a, b) => b.epoch - a.epoch)[0];
    if (!newest) throw new Error('no sentinel answers');
    this.latest = this.servers.find(({port}) => port === newest.port);
    return this.latest;
  }

  /** As far as is known. */
  isPrimary(server) {
    return this.latest === server;
  }

  /** Waits until the sentinels name another primary than `old`. */
  async promoted(old, ms = 20_000) {
    return until(async () => {
      const now = await this.primary().catch(() => old);
      return now !== old && now;
    }, `another primary than ${old.name}`, {ms, every: 20});
  }

  /** Waits until the primary has `count` replicas that are up to date. */
  async replicated(count = 1, ms = 15_000) {
    await until(async () => {
      const primary = await this.primary();
      const info = await withConnection(primary, (client) => client.info('replication'));
      return (info.match(/state=online,offset=\d+,lag=[01]\r/g) ?? []).length >= count;
    }, `${count} replicas`, {ms, every: 50});
  }

  /** Puts what the sentinels announced into the chronicle. */
  annotate(chronicle) {
    const told = [];
    for (const {events} of this.sentinels) {
      for (const {channel, text, at} of events) {
        const isTold = told.some((other) => other.text === text && other.channel === channel && Math.abs(other.at - at) < sameMs);
        if (isTold || !newsworthy.test(channel)) continue;
        told.push({channel, text, at});
        chronicle.noteAt(at, `sentinel: ${channel} ${text}`);
        if (channel === '+promoted-slave') chronicle.promotedAt(at);
      }
    }
  }
}
