// A strict SSE client: keeps every byte, refuses what a well-behaved broker never sends, and lets tests wait for events.
import assert from 'node:assert/strict';
import http from 'node:http';

import {endpointOf} from './http.mjs';
import {Watch} from './wait.mjs';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Parses the bytes of a stream as browsers do, and throws where Freshet's own promises are broken. */
export class SseParser {
  #rest = Buffer.alloc(0);
  #block;

  /** `onEvent` gets {id, event, data (latin1), bytes (of data), lastEventId}; id is undefined where there was none. */
  constructor({onEvent, onComment = () => {}, onRetry = () => {}, lastEventId = ''}) {
    this.onEvent = onEvent;
    this.onComment = onComment;
    this.onRetry = onRetry;
    this.lastEventId = lastEventId;
    this.#begin();
  }

  push(chunk) {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let end = this.#rest.indexOf(lineFeed); end >= 0; end = this.#rest.indexOf(lineFeed)) {
      const line = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + 1);
      assert.ok(!line.includes(carriageReturn), `a carriage return on the stream: ${JSON.stringify(line.toString('latin1'))}`);
      this.#line(line.toString('latin1'));
    }
  }

  /** Whether the stream stands between two blocks. */
  get isBetweenBlocks() {
    return this.#rest.length === 0 && this.#block.fields === 0;
  }

  #begin() {
    this.#block = {fields: 0, id: undefined, event: '', data: [], retry: undefined};
  }

  #line(line) {
    if (line === '') {
      this.#dispatch();
      return;
    }
    if (line.startsWith(':')) {
      assert.equal(this.#block.fields, 0, 'a comment inside of an event');
      this.onComment(line);
      return;
    }
    const [, name, value] = line.match(/^([^:]*)(?:: ?([^]*))?$/);
    this.#block.fields += 1;
    switch (name) {
      case 'id':
        assert.match(value, /^\d{1,20}$/, 'an id that is not decimal');
        assert.equal(this.#block.id, undefined, 'two ids in one event');
        this.#block.id = value;
        break;
      case 'event':
        assert.equal(this.#block.event, '', 'two names in one event');
        assert.ok(value, 'an empty event name');
        this.#block.event = value;
        break;
      case 'data': this.#block.data.push(value ?? ''); break;
      case 'retry':
        assert.match(value, /^\d+$/);
        this.#block.retry = Number(value);
        break;
      default: assert.fail(`an unknown field on the stream: ${JSON.stringify(line)}`);
    }
  }

  #dispatch() {
    const {fields, id, event, data, retry} = this.#block;
    assert.ok(fields > 0, 'an empty block: some clients take every blank line for an event');
    this.#begin();
    if (retry !== undefined) this.onRetry(retry);
    if (id !== undefined) this.lastEventId = id;
    if (data.length === 0) {
      assert.ok(id === undefined && event === '', 'an event without data: browsers drop it');
      return;
    }
    const text = data.join('\n');
    this.onEvent({id, event: event || 'message', data: text, bytes: Buffer.from(text, 'latin1'), lastEventId: this.lastEventId});
  }
}

export const isControl = (event) => event.event.startsWith('stream-');
export const isMessage = (event) => !isControl(event);

/** One stream. What it received is in events, messages, comments, retries, bytes; waits consume events in order. */
export class SseClient {
  #consumed = 0;
  #watch = new Watch();

  /**
   * `lastEventId` is sent as the header; `connect` replaces where and how to connect (options of http.request). With
   * `onEvent` events go there and neither they nor the bytes are kept.
   */
  constructor(url, target, {headers = {}, lastEventId, connect = endpointOf(url), transport = http, onEvent} = {}) {
    Object.assign(this, {target, events: [], comments: [], retries: [], chunks: [], ended: false, error: undefined, keep: !onEvent});
    this.parser = new SseParser({
      onEvent: onEvent ?? ((event) => this.events.push(event)),
      onComment: (comment) => this.comments.push(comment),
      onRetry: (ms) => this.retries.push(ms),
      lastEventId: lastEventId ?? '',
    });
    const cursor = lastEventId === undefined ? {} : {'Last-Event-ID': lastEventId};
    this.request = transport.request({
      ...connect, path: target, agent: false, headers: {Accept: 'text/event-stream', ...cursor, ...headers},
    });
    this.request.on('error', (error) => this.#finish(error)).on('response', (response) => this.#receive(response)).end();
  }

  #receive(response) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.rawHeaders = response.rawHeaders;
    response.on('data', (chunk) => {
      if (this.keep) this.chunks.push(chunk);
      try {
        if (this.headers['content-type'] === 'text/event-stream') this.parser.push(chunk);
      } catch (error) {
        this.#finish(error);
      }
      this.#watch.changed();
    });
    response.on('end', () => this.#finish()).on('error', (error) => this.#finish(error));
    this.#watch.changed();
  }

  #finish(error) {
    this.ended = true;
    this.error ??= error;
    this.#watch.changed();
  }

  get lastEventId() {
    return this.parser.lastEventId;
  }

  get bytes() {
    return Buffer.concat(this.chunks);
  }

  get text() {
    return this.bytes.toString('latin1');
  }

  get messages() {
    return this.events.filter(isMessage);
  }

  get controls() {
    return this.events.filter(isControl);
  }

  describe() {
    const state = this.ended ? `ended${this.error ? ` with ${this.error}` : ''}` : 'open';
    return `${this.target}: status ${this.status}, ${state}, received: ${JSON.stringify(this.text.slice(-2000))}`;
  }

  /** Waits until condition() is truthy; fails at once when the stream ends or breaks a rule before. */
  waitFor(condition, what, options) {
    return this.#watch.until(() => {
      if (this.error instanceof assert.AssertionError) throw this.error;
      const value = condition();
      if (!value && this.ended) throw new Error(`the stream ended before ${what}: ${this.describe()}`);
      return value;
    }, what, {detail: () => this.describe(), ...options});
  }

  /** Waits for the response head. */
  async opened() {
    await this.waitFor(() => this.status !== undefined, 'the response head');
    return this;
  }

  /** The next event that fulfils `wanted`; those before it are passed over. */
  next(wanted = isMessage, what = 'the next event', options) {
    return this.waitFor(() => {
      for (let index = this.#consumed; index < this.events.length; index += 1) {
        if (wanted(this.events[index])) {
          this.#consumed = index + 1;
          return this.events[index];
        }
      }
      return undefined;
    }, what, options);
  }

  /** The next control event, with its JSON parsed as `json`. */
  async control(name, options) {
    const event = await this.next((each) => (name ? each.event === name : isControl(each)), `${name ?? 'a control event'}`, options);
    return {...event, json: JSON.parse(event.data)};
  }

  /** The opening control event: must be the first event of all. */
  async opening(options) {
    const event = await this.control(undefined, options);
    assert.equal(this.events[0].data, event.data, 'an event came before the opening control event');
    return event;
  }

  /** Waits for `count` messages in all and returns them. */
  async collect(count, options) {
    return this.waitFor(() => this.messages.length >= count && this.messages, `${count} messages`, options);
  }

  /** Waits for the server to end the stream. */
  end(options) {
    return this.#watch.until(() => this.ended, 'the end of the stream', {detail: () => this.describe(), ...options});
  }

  close() {
    this.request.destroy();
  }
}
