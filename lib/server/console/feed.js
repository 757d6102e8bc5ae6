// Server-Sent Events over fetch: unlike EventSource it sends a key, tells why it was refused, and says when it comes back.

/** Splits a stream of text into events, as the HTML standard says. */
export class Parser {
  #line = '';
  #skipLf = false;
  #data = [];
  #event = '';
  #id;

  /** `onEvent({id, event, data})`: id is undefined for an event without one. `onRetry(ms)`. */
  constructor({onEvent, onRetry}) {
    this.onEvent = onEvent;
    this.onRetry = onRetry;
  }

  feed(text) {
    let start = 0;
    if (this.#skipLf && text.startsWith('\n')) start = 1;
    if (text !== '') this.#skipLf = text.endsWith('\r');
    const ends = /\r\n|\r|\n/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      this.#take(this.#line + text.slice(start, end.index));
      this.#line = '';
      start = ends.lastIndex;
    }
    this.#line += text.slice(start);
  }

  #take(line) {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.onRetry(Number(value));
    return undefined;
  }

  #dispatch() {
    const [data, event, id] = [this.#data, this.#event, this.#id];
    this.#data = [];
    this.#event = '';
    this.#id = undefined;
    if (data.length > 0) this.onEvent({id, event, data: data.join('\n')});
  }
}

/** What an answer says is wrong: the detail of its problem+json, or its status. */
export async function problemOf(response) {
  try {
    const {title, detail} = await response.json();
    return `${response.status} · ${detail ?? title}`;
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

/**
 * One stream that comes back by itself, with the last id that it saw. Told to `on`: opened(), event({id, event, data}),
 * dropped(reason, delay in ms), and refused(status, reason), after which it is over. With `patience` (ms), a stream that
 * is silent for so long counts as broken.
 */
export class Feed {
  #abort = new AbortController();
  #timer;
  #retry = 3000;
  #lastId = '';

  constructor(url, {key, on, patience}) {
    Object.assign(this, {url, key, on, patience});
    this.#run();
  }

  /** Where it stands: empty before the first event that has an id. */
  get lastId() {
    return this.#lastId;
  }

  close() {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #run() {
    const {signal} = this.#abort;
    let reason;
    try {
      const headers = {Accept: 'text/event-stream'};
      if (this.key) headers.Authorization = `Bearer ${this.key}`;
      if (this.#lastId) headers['Last-Event-ID'] = this.#lastId;
      const response = await fetch(this.url, {headers, signal, cache: 'no-store'});
      if (response.status !== 200) {
        reason = await problemOf(response);
        if (response.status < 500) return void (signal.aborted || this.on.refused(response.status, reason));
      } else {
        reason = await this.#read(response.body.getReader(), signal);
      }
    } catch {
      reason = 'The connection broke';
    }
    if (signal.aborted) return;
    this.on.dropped(reason, this.#retry);
    this.#timer = setTimeout(() => this.#run(), this.#retry);
  }

  /** Reads to the end, and says why it came. */
  async #read(reader, signal) {
    let [reason, timer] = ['The server ended the stream'];
    const wait = () => {
      clearTimeout(timer);
      if (this.patience === undefined) return;
      timer = setTimeout(() => {
        reason = `Nothing was heard for ${this.patience / 1000} s`;
        reader.cancel();
      }, this.patience);
    };
    const decoder = new TextDecoder();
    const parser = new Parser({
      onRetry: (ms) => {
        this.#retry = ms;
      },
      onEvent: (event) => {
        if (event.id !== undefined) this.#lastId = event.id;
        if (!signal.aborted) this.on.event(event);
      },
    });
    this.on.opened();
    try {
      for (;;) {
        wait();
        const {done, value} = await reader.read();
        if (done || signal.aborted) return reason;
        parser.feed(decoder.decode(value, {stream: true}));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
