// One Redis that writes an append-only file, synchronously: killed as often as one likes, it forgets nothing.
import {startRedis} from '../support/redis.mjs';
import {keepStarting} from './logs.mjs';

export class SingleRedis {
  constructor(world) {
    this.world = world;
  }

  async start(users) {
    this.server = await startRedis(this.world, {functions: false, args: ['--appendonly', 'yes', '--appendfsync', 'always', ...users]});
    this.server.name = 'redis';
    keepStarting(this.server, this.world);
  }

  get servers() {
    return [this.server];
  }

  get url() {
    return this.server.url;
  }

  async primary() {
    return this.server;
  }

  isPrimary() {
    return true;
  }

  stop() {}

  get config() {
    return {};
  }

  annotate() {}
}
