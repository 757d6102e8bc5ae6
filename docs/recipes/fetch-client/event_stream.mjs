// Server-Sent Events over fetch: for requests that an EventSource cannot make, such as one with an Authorization header.
// For browsers, and for Node 18 or newer.

/** The parser of the HTML standard. It is given text as it arrives, cut anywhere, and remembers the last id. */
export class EventParser {
  #rest = '';
  #data = [];
  #type = '';
  #id;

  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
    this.retry = undefined;      // milliseconds, once the server has said so
  }

  /** The events that are complete with this text: [{type, data, lastEventId}]. */
  push(text) {
    // A CR at the end may be half of a CRLF: it waits for what follows.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line) {
    if (line === '') return this.#dispatch();
    const [, field, value = ''] = line.match(/^([^:]*)(?:: ?([^]*))?$/);   // a comment is a field without a name
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#type = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
    return [];
  }

  #dispatch() {
    this.lastEventId = this.#id ?? this.lastEventId;
    const event = {type: this.#type || 'message', data: this.#data.join('\n'), lastEventId: this.lastEventId};
    const complete = this.#data.length > 0;
    this.#type = '';
    this.#data = [];
    return complete ? [event] : [];
  }
}

/** The stream is refused, and would be again: `status` and `detail` say why. */
export class StreamRefused extends Error {
  constructor(status, detail) {
    super(`${status} ${detail}`);
    Object.assign(this, {name: 'StreamRefused', status, detail});
  }
}

/**
 * The events of a stream, {type, data, lastEventId}, for `for await`; `break`, or `signal`, ends it. It comes back after every
 * break from where it was. Throws StreamRefused.
 * - token: async () => text for "Authorization: Bearer", asked anew for every connection
 * - silence: after so many ms without a byte the connection counts as broken; heartbeats come more often
 * - onState: is told 'connecting' and 'open'
 */
export async function* eventStream(url, {token, signal, lastEventId = '', silence = 45_000, onState = () => {}} = {}) {
  let retry = 3000;
  let failures = 0;              // in a row
  let refusals = 0;
  while (!signal?.aborted) {
    const connection = new AbortController();
    const abort = () => connection.abort();
    signal?.addEventListener('abort', abort);
    let timer = setTimeout(abort, silence);
    const parser = new EventParser(lastEventId);
    onState('connecting');
    try {
      const reply = await fetch(url, {
        headers: {
          Accept: 'text/event-stream',
          ...(token && {Authorization: `Bearer ${await token()}`}),
          ...(lastEventId && {'Last-Event-ID': lastEventId}),
        },
        cache: 'no-store',
        signal: connection.signal,
      });
      if (reply.status === 204) return;                             // the broker's word for: do not come back
      if (reply.status === 401 && token) refusals += 1;             // once, the token may just have expired
      else if (reply.status < 500 && reply.status !== 429) refusals = reply.status === 200 ? 0 : 2;
      if (refusals > 1) throw new StreamRefused(reply.status, (await reply.json().catch(() => ({}))).detail ?? reply.statusText);
      if (reply.status !== 200) throw new Error(`status ${reply.status}`);
      onState('open');
      failures = 0;
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const {done, value} = await reader.read();
        clearTimeout(timer);
        if (done) break;
        for (const event of parser.push(value)) {
          lastEventId = event.lastEventId;                          // this one has been seen, the next one not yet
          yield event;
        }
        lastEventId = parser.lastEventId;
        retry = parser.retry ?? retry;
        timer = setTimeout(abort, silence);
      }
    } catch (error) {
      if (error instanceof StreamRefused) throw error;
      failures += 1;                                                // the network, the proxy, or an abort
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      abort();
    }
    // The broker says how long to wait, and has already spread it. What fails again waits twice as long, half a minute at most.
    if (!signal?.aborted) await pause(failures > 1 ? Math.min(retry * 2 ** (failures - 1), 30_000) * (0.5 + Math.random() / 2) : retry, signal);
  }
}

const pause = (ms, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  }, {once: true});
});
