// A backend that never gives up and knows the truth: what it publishes is told to an oracle, once Redis has said its id.
import {publishTo} from './publishing.mjs';
import {Watch, sleep} from './wait.mjs';

const longestPauseMs = 20;
const retryMs = 25;

export class Publisher {
  /** The first words of all errors that it met: NOPERM, OOM, … and `lost` for a connection that ended. */
  refusals = new Set();
  published = 0;
  #watch = new Watch();
  #ids = [];
  #stopped = false;

  /** Publishes to `channels` by turns; the oracle is a Published. */
  constructor({redis, oracle, channels, random, name = 'publisher'}) {
    Object.assign(this, {redis, oracle, channels, random, name});
    this.finished = this.#go();
    this.finished.catch((error) => {
      this.failure = error;
      this.#watch.changed();
    });
  }

  async #go() {
    while (!this.#stopped) {
      await this.#publish(this.random.pick(this.channels));
      await sleep(this.random.integer(0, longestPauseMs));
    }
  }

  async #publish(channel) {
    this.published += 1;
    const data = `${channel} ${this.name} ${this.published}`;
    for (;;) {
      if (this.#stopped) return;
      try {
        if (!this.connection || this.connection.status === 'end') this.connection = this.redis.connect({connectionName: this.name});
        // With a key, a second try of what Redis took the first time is no second event.
        const id = await publishTo(this.connection, channel, data, 'KEY', data);
        this.oracle.add(channel, id, data);
        this.#ids.push(BigInt(id));
        this.#watch.changed();
        return;
      } catch (error) {
        if (error.code === 'ERR_ASSERTION' || /^ERR freshet:/.test(error.message)) throw error;
        const code = error.message.match(/^([A-Z]+) /)?.[1];
        this.refusals.add(code ?? 'lost');
        if (!code) this.oracle.addUnsure(data);
        this.#watch.changed();
        await sleep(retryMs);
      }
    }
  }

  /** Waits until `count` more events are published, none of them begun before this call, and returns the last one's id. */
  async more(count = 1, options) {
    const enough = this.#ids.length + count + 1;
    await this.#watch.until(() => {
      if (this.failure) throw this.failure;
      return this.#ids.length >= enough;
    }, `${count} more events by ${this.name}`, options);
    return this.#ids.at(-1);
  }

  /** Waits until an attempt was refused with an error that begins with this word. */
  refused(code, options) {
    return this.#watch.until(() => this.refusals.has(code), `an error ${code} for ${this.name}`,
      {detail: () => `met: ${[...this.refusals].join(' ')}`, ...options});
  }

  get ids() {
    return this.#ids;
  }

  async stop() {
    this.#stopped = true;
    await this.finished;
    this.connection?.disconnect();
  }
}
