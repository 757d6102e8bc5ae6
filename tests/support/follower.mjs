// A client that never gives up: it follows channels over any number of connections, as an EventSource does, and keeps a log
// of everything that it was told, for an oracle to judge.
import assert from 'node:assert/strict';

import {SseClient, isControl} from './sse.mjs';
import {Watch, sleep} from './wait.mjs';

export class Follower {
  /**
   * Of {open: cursor, url}, {id, data, event} (an event), {control, id, json}. In the order of what happened.
   */
  entries = [];
  lastEventId = '';
  received = 0;
  #watch = new Watch();
  #stopped = false;

  /** `target()` names the URL to connect to next, `pause()` the milliseconds to wait before; `options` are SseClient's. */
  constructor({name, query, target, pause = () => 20, options = {}}) {
    Object.assign(this, {name, query, target, pause, options});
    this.finished = this.#follow();
    this.finished.catch(() => {});
  }

  async #follow() {
    while (!this.#stopped) {
      const url = this.target();
      this.entries.push({open: this.lastEventId, url});
      this.stream = new SseClient(url, `/events?${this.query}`, {
        ...this.options,
        lastEventId: this.lastEventId || undefined,
        onEvent: (event) => this.#keep(event),
      });
      await this.stream.end({ms: 24 * 3_600_000});
      if (this.stream.error instanceof assert.AssertionError) this.failure ??= this.stream.error;
      this.#watch.changed();
      if (!this.#stopped) await sleep(this.pause());
    }
  }

  #keep({id, event, data, lastEventId}) {
    this.lastEventId = lastEventId;
    const control = isControl({event});
    this.entries.push(control ? {control: event, id, json: JSON.parse(data)} : {id, data, event});
    if (!control) this.received += 1;
    this.#watch.changed();
  }

  /** Ends the present connection; another one follows. */
  drop() {
    this.stream.close();
  }

  waitFor(condition, what, options) {
    return this.#watch.until(() => {
      if (this.failure) throw this.failure;
      return condition();
    }, `${what} by ${this.name}`, {detail: () => this.describe(), ...options});
  }

  /** Waits for the first opening control event. */
  opened(options) {
    return this.waitFor(() => this.entries.some((entry) => entry.control), 'an opening', options);
  }

  async stop() {
    this.#stopped = true;
    this.stream.close();
    await this.finished;
    if (this.failure) throw this.failure;
  }

  get resets() {
    return this.entries.filter((entry) => entry.control === 'stream-reset');
  }

  describe() {
    const tail = this.entries.slice(-12).map((entry) => JSON.stringify(entry)).join('\n  ');
    return `${this.name} received ${this.received}, status ${this.stream?.status}; its log ends:\n  ${tail}`;
  }
}
