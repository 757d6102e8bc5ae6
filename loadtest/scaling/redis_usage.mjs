// What a Redis server uses over time: samples of its CPU clock, of its memory and of how often commands were called.
import fs from 'node:fs';

const cpuMicros = (pid) => fs.readdirSync(`/proc/${pid}/task`)
  .reduce((sum, task) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0) / 1000;

/** CPU time in µs between two samples, without what Redis uses anyway. */
const between = (first, last, idle) => last.cpu - first.cpu - idle * (last.at - first.at);

export class RedisUsage {
  samples = [];
  #timer;
  #taking = Promise.resolve();

  /** `link` is for this alone. */
  constructor(pid, link, everyMs = 50) {
    Object.assign(this, {pid, link});
    this.#timer = setInterval(() => this.take().catch(() => clearInterval(this.#timer)), everyMs);
  }

  /** One sample: {at: seconds, cpu: µs, memory: bytes, calls: {command: number}}. */
  take() {
    this.#taking = this.#taking.then(async () => {
      const info = await this.link.call('INFO', 'commandstats', 'memory');
      const calls = Object.fromEntries([...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, n]) => [name, Number(n)]));
      const memory = Number(info.match(/^used_memory:(\d+)/m)[1]);
      this.samples.push({at: performance.now() / 1000, cpu: cpuMicros(this.pid), memory, calls});
      return this.samples.at(-1);
    });
    return this.#taking;
  }

  async stop() {
    clearInterval(this.#timer);
    await this.take();
  }

  /** CPU time from the first call of one of these commands until the last one, in µs; without `idle` µs/s. */
  span(commands, idle) {
    const calls = (sample) => commands.reduce((sum, name) => sum + (sample.calls[name] ?? 0), 0);
    for (const name of commands) {
      if (this.samples[0].calls[name] === this.samples.at(-1).calls[name]) throw new Error(`Redis saw no ${name}`);
    }
    const [begin, end] = [calls(this.samples[0]), calls(this.samples.at(-1))];
    const first = this.samples.findLast((sample) => calls(sample) === begin);
    return between(first, this.samples.find((sample) => calls(sample) === end), idle);
  }

  /** CPU time for each call of a command, in µs, in the middle of the last `calls` ones; without `idle` µs/s. */
  each(command, calls, idle) {
    const total = this.samples.at(-1).calls[command] ?? 0;
    const middle = this.samples.filter((sample) => {
      const done = (sample.calls[command] ?? 0) - (total - calls);
      return done > 0.05 * calls && done < 0.95 * calls;
    });
    const [first, last] = [middle[0], middle.at(-1)];
    const called = middle.length > 1 ? last.calls[command] - first.calls[command] : 0;
    if (called === 0) throw new Error(`too few samples of ${command}`);
    return between(first, last, idle) / called;
  }
}
