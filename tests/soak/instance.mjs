// One freshetd among several: started, stopped, killed and started again, with a record of when its streams may end.
import path from 'node:path';

import {startFreshetd} from '../support/freshetd.mjs';
import {keepOutput} from './logs.mjs';

/** Clients notice the end of a process a moment later. */
const noticeMs = 3000;

export class Instance {
  /** The highest id that a client got from it, and when; see Recovery. */
  delivered = 0;
  running = false;

  constructor({name, world, config}) {
    Object.assign(this, {name, world, config});
    this.socket = path.join(world.folder, `${name}.sock`);
    this.url = `unix:${this.socket}`;
  }

  async start() {
    if (this.daemon) {
      await this.daemon.startAgain();
    } else {
      this.daemon = await startFreshetd(this.world, {
        config: this.config, instance: this.name, listen: [this.url], redis: this.world.redis.url,
        folder: this.world.folder, wait: false,
      });
    }
    keepOutput(this.daemon.program, this.world.log(this.name));
    this.running = true;
    this.since = this.world.chronicle.now();
    this.closeWindow?.(noticeMs);
    this.closeWindow = undefined;
  }

  #down(kind) {
    this.running = false;
    this.closeWindow = this.world.chronicle.window(kind, this.name);
  }

  async kill9() {
    this.#down('killed');
    await this.daemon.kill9();
  }

  /** SIGTERM and the end of its drain. */
  async stop() {
    this.#down('stopped');
    await this.daemon.stop();
  }

  async isReady() {
    if (!this.running) return false;
    return (await this.daemon.ops('/readyz').catch(() => ({}))).status === 200;
  }
}
