// All that runs in a soak: Redis, the daemons, nginx, the clients, and those who watch.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {until} from '../support/wait.mjs';
import {Chronicle} from './chronicle.mjs';
import {Client} from './client.mjs';
import {History, Observer} from './history.mjs';
import {Instance} from './instance.mjs';
import {keepOutput} from './logs.mjs';
import {startProxy} from './proxy.mjs';
import {withConnection} from './redis_faults.mjs';
import {SentinelRedis} from './sentinel_redis.mjs';
import {SingleRedis} from './single_redis.mjs';
import {Truth} from './truth.mjs';

export const heartbeatMs = 1000;
export const ttlSeconds = 3600;
const user = 'freshetd';

export class World {
  #endings = [];
  #passwords = 0;
  chronicle = new Chronicle();
  truth = new Truth();
  history = new History(this.chronicle);
  observers = [];
  instances = [];
  clients = [];

  constructor(plan, options) {
    this.plan = plan;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-soak-'));
    this.redis = options.world === 'single' ? new SingleRedis(this) : new SentinelRedis(this, {minReplicas: options['min-replicas']});
  }

  /** What node:test's context does: `ending` runs at the end, the latest one first. */
  after(ending) {
    this.#endings.push(ending);
  }

  /** The file that a server's output is kept in. */
  log(name) {
    return path.join(this.folder, `${name}.log`);
  }

  async start() {
    const passwordFile = path.join(this.folder, 'password');
    this.#writePassword(passwordFile);
    await this.redis.start(this.#userArguments());
    for (const server of this.redis.servers) this.observers.push(new Observer(server, this.history));
    const config = {
      backplane: {
        history: {events: this.plan.ring, ttl: `${ttlSeconds}s`},
        redis: {username: user, password_file: passwordFile, ...this.redis.config},
      },
      streams: {heartbeat: `${heartbeatMs}ms`, retry: '300ms'},
      drain: {period: '2s'},
    };
    for (const name of ['one', 'two', 'three']) this.instances.push(new Instance({name, world: this, config}));
    await Promise.all(this.instances.map((instance) => instance.start()));
    await this.untilReady(this.instances);
    this.proxy = await startProxy(path.join(this.folder, 'nginx'), this.instances.map(({socket}) => socket));
    this.after(() => this.proxy.stop());
    keepOutput(this.proxy.program, this.log('nginx'));
    this.clients = this.plan.clients.map((each) => new Client(each, this));
  }

  #userArguments() {
    return ['--user', user, 'on', `>${this.password}`, '~*', '&*', '+@all'];
  }

  #writePassword(file = this.passwordFile) {
    this.passwordFile = file;
    this.password = `secret-${++this.#passwords}`;
    fs.writeFileSync(file, this.password);
  }

  /** Everywhere at once; whoever is connected with the old one is thrown out. */
  async changePassword() {
    this.#writePassword();
    for (const server of this.redis.servers) {
      // For its next life, too.
      server.args = server.args.map((word) => (word.startsWith('>secret-') ? `>${this.password}` : word));
      if (!server.program.running) continue;
      await withConnection(server, async (client) => {
        await client.call('ACL', 'SETUSER', user, 'resetpass', `>${this.password}`);
        await client.call('CLIENT', 'KILL', 'USER', user);
      });
    }
    for (const instance of this.instances) {
      if (instance.running) instance.daemon.signal('SIGHUP');
    }
  }

  untilReady(instances, ms) {
    return until(async () => (await Promise.all(instances.map((each) => each.isReady()))).every(Boolean),
      `${instances.map(({name}) => name).join(', ')} to be ready`, {ms, every: 50});
  }

  /** A client on this instance was sent an event. */
  delivered(name, id) {
    const instance = this.instances.find((each) => each.name === name);
    if (instance && id > instance.delivered) instance.delivered = id;
  }

  /** The instance that nginx names: the last one that it tried. */
  instanceAt(address) {
    const name = address?.match(/([^/ ]+)\.sock$/)?.[1];
    return this.instances.find((each) => each.name === name)?.name;
  }

  /** What Redis has: {rings: Map of channel to records, epoch}. */
  async dataset() {
    return withConnection(await this.redis.primary(), async (client) => {
      const rings = new Map();
      for (const {name} of this.plan.channels) rings.set(name, await client.lrange(`freshet:ring:${name}`, 0, -1));
      return {rings, epoch: await client.hget('freshet:clock', 'epoch')};
    });
  }

  async stop() {
    await Promise.all(this.clients.map((client) => client.stop()));
    this.redis.stop();
    await Promise.all(this.observers.map((observer) => observer.stop()));
    const errors = [];
    for (const ending of this.#endings.reverse()) {
      try {
        await ending();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  removeFolder() {
    fs.rmSync(this.folder, {recursive: true, force: true});
  }
}
