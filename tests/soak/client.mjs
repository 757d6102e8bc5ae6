// One client: follows its channels as a browser's EventSource does, over any number of connections, through nginx or straight
// to an instance; leaves and comes back as its plan says; keeps all that it was told, and how every connection ended.
import assert from 'node:assert/strict';

import {endpointOf} from '../support/http.mjs';
import {SseClient} from '../support/sse.mjs';
import {randomFrom} from '../support/wait.mjs';
import {dataOf, uidOf} from './truth.mjs';

/** What an EventSource waits before its first retry: field. */
const firstRetryMs = 1000;

export class Client {
  /**
   * What was told, in order, one list for each life (a life begins without a cursor, as a page that is loaded anew):
   * {open: cursor}, {control, id, json}, {id, uid, on: the instance}; all with `at`.
   */
  lives = [[]];
  /** Of {from, head, opened, to, instance, status, end, silence}; `end` is self, clean, torn or refused. */
  connections = [];
  problems = [];
  received = 0;
  lastEventId = '';
  away = false;
  #stopped = false;
  #retryMs = firstRetryMs;
  #wake = () => {};
  #timers = [];

  constructor(plan, world) {
    Object.assign(this, {plan, world, name: plan.name, random: randomFrom(plan.choices)});
    this.query = plan.channels.map((channel) => `channel=${encodeURIComponent(channel)}`).join('&');
  }

  /** Begins to follow, and to leave when the plan says so. */
  start() {
    this.finished = this.#follow();
    this.finished.catch((error) => this.problems.push({at: this.#now, text: String(error.stack)}));
    for (const absence of this.plan.absences) {
      this.#timers.push(setTimeout(() => this.#leave(absence), absence.at - this.#now));
    }
  }

  get connection() {
    return this.connections.at(-1);
  }

  get #now() {
    return this.world.chronicle.now();
  }

  /** Whether it has a stream that stands. */
  get standing() {
    return this.connection?.opened !== undefined && this.connection.to === undefined;
  }

  #leave({ms, forget}) {
    if (this.#stopped || this.away) return;
    this.away = true;
    this.forget = forget;
    this.back = this.#now + ms;
    this.#wake();
    if (this.connection?.to === undefined) this.#close();
  }

  #close() {
    this.connection.self = true;
    this.stream.close();
  }

  async #follow() {
    while (!this.#stopped) {
      if (this.away) {
        await this.#pause(this.back - this.#now);
        if (this.forget) {
          this.lastEventId = '';
          this.lives.push([]);
        }
        this.away = false;
        if (this.#stopped) return;
      }
      await this.#connect();
      if (!this.#stopped && !this.away) await this.#pause(this.#retryMs);
    }
  }

  /** Waits, but not on when it is time to leave or to stop. */
  async #pause(ms) {
    const woken = new Promise((resolve) => {
      this.#wake = resolve;
    });
    let timer;
    const over = new Promise((resolve) => {
      timer = setTimeout(resolve, Math.max(0, ms));
    });
    await Promise.race([woken, over]);
    clearTimeout(timer);
  }

  async #connect() {
    const instance = this.plan.direct ? this.random.pick(this.world.instances) : undefined;
    const connection = {from: this.#now, instance: instance?.name, silence: 0};
    this.connections.push(connection);
    this.lives.at(-1).push({open: Number(this.lastEventId || 0), at: connection.from});
    this.stream = new SseClient('', `/events?${this.query}`, {
      connect: endpointOf(instance ? instance.url : this.world.proxy.url),
      lastEventId: this.lastEventId || undefined,
      onEvent: (event) => this.#keep(event, connection),
    });
    this.stream.request.on('response', (response) => {
      connection.head = connection.sound = this.#now;
      connection.status = response.statusCode;
      connection.instance ??= this.world.instanceAt(response.headers['x-instance']);
      response.on('data', () => this.#sound(connection));
    });
    await this.stream.end({ms: 24 * 3_600_000});
    connection.to = this.#now;
    connection.end = this.#howEnded(connection);
    if (connection.head !== undefined && !connection.self) this.#sound(connection);
    const {retries} = this.stream;
    if (retries.length > 0) this.#retryMs = retries.at(-1);
    if (this.stream.error instanceof assert.AssertionError) {
      this.problems.push({at: connection.to, text: `the stream breaks a rule: ${this.stream.error.message}`});
      this.stream.close();
    }
    if (connection.status !== undefined && connection.status !== 200) {
      this.problems.push({at: connection.to, text: `status ${connection.status}: an EventSource would give up`});
    }
  }

  #howEnded(connection) {
    if (connection.self) return 'self';
    if (connection.head === undefined) return 'refused';
    return this.stream.error ? 'torn' : 'clean';
  }

  #sound(connection) {
    const now = this.#now;
    if (now - connection.sound > connection.silence) {
      connection.silence = now - connection.sound;
      connection.silentAt = connection.sound;
    }
    connection.sound = now;
  }

  #keep({id, event, data, lastEventId}, connection) {
    this.lastEventId = lastEventId;
    const life = this.lives.at(-1);
    const at = this.#now;
    if (event.startsWith('stream-')) {
      connection.opened ??= at;
      life.push({control: event, id: Number(id), json: JSON.parse(data), at});
    } else {
      this.received += 1;
      const uid = uidOf(data);
      const publication = this.world.truth.publications[uid];
      if (!publication || data !== dataOf(publication)) {
        this.problems.push({at, text: `an event that nobody published: id ${id}, data ${data.slice(0, 60)}`});
        return;
      }
      life.push({id: Number(id), uid, at, on: connection.instance});
      this.world.delivered(connection.instance, Number(id), at);
    }
  }

  /** No more absences; a client that is away comes back. */
  stay() {
    this.#timers.forEach(clearTimeout);
    if (this.away) {
      this.back = 0;
      this.#wake();
    }
  }

  async stop() {
    this.stay();
    this.#stopped = true;
    this.#wake();
    if (this.connection && this.connection.to === undefined) this.#close();
    await this.finished;
  }
}

