// An EventSource that comes back also where the browser's own gives up. Firefox's does so when the name is not found (a laptop
// that wakes up) or the network changes, when a server of another origin refuses the connection (a restart), and, without an
// error event, when a link leads to a download. Any browser's does at a 502 of a proxy.

const longest = 30_000;

/**
 * Used like an EventSource. When that is closed, this one asks for the head of the stream: at 204 and most of 4xx (who asks has
 * no right to it) it closes, too, and says so by an `error` event with readyState CLOSED. At 200 it goes on from the last id.
 * Otherwise it asks again, after about `pause` ms, doubled by each failure, up to half a minute.
 */
export class LastingSource extends EventTarget {
  #types = new Set();
  #lastEventId = '';
  #failures = 0;
  #timer;
  #source;

  constructor(url, {withCredentials = false, pause = 2000} = {}) {
    super();
    Object.assign(this, {url: new URL(url, location.href).href, withCredentials, pause});
    this.#open();
    for (const type of ['message', 'stream-cursor', 'stream-reset']) this.#follow(type);
  }

  get readyState() {
    if (this.#timer === undefined) return EventSource.CLOSED;
    return this.#source.readyState === EventSource.OPEN ? EventSource.OPEN : EventSource.CONNECTING;
  }

  addEventListener(type, ...rest) {
    super.addEventListener(type, ...rest);
    this.#follow(type);
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source.close();
  }

  #open() {
    const from = new URL(this.url);
    if (this.#lastEventId !== '') from.searchParams.set('last_event_id', this.#lastEventId);
    this.#source = new EventSource(from, {withCredentials: this.withCredentials});
    for (const type of this.#types) this.#source.addEventListener(type, this.#pass);
    this.#source.addEventListener('open', () => this.dispatchEvent(new Event('open')));
    this.#source.addEventListener('error', this.#trouble);
    this.#watch();
  }

  #follow(type) {
    if (type === 'open' || type === 'error' || this.#types.has(type)) return;
    this.#types.add(type);
    this.#source.addEventListener(type, this.#pass);
  }

  #pass = ({type, data, origin, lastEventId}) => {
    this.#failures = 0;
    this.#lastEventId = lastEventId || this.#lastEventId;
    this.dispatchEvent(new MessageEvent(type, {data, origin, lastEventId: this.#lastEventId}));
  };

  #trouble = () => {
    this.dispatchEvent(new Event('error'));
    if (this.#timer === undefined || this.#failures > 0 || this.#source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#timer);
    this.#again();
  };

  /** Looks again and again, because Firefox closes a source without a word when the page begins to be left. */
  #watch() {
    const pause = Math.min(this.pause * 2 ** this.#failures, longest) * (0.5 + Math.random());
    this.#timer = setTimeout(() => {
      if (this.#source.readyState !== EventSource.CLOSED) this.#watch();
      else this.#again();
    }, pause);
  }

  async #again() {
    const turn = this.#timer;
    this.#failures += 1;
    const status = await this.#status();
    if (turn !== this.#timer) return;                     // closed meanwhile
    const refused = status === 204 || (status >= 400 && status < 500 && status !== 408 && status !== 429);
    if (refused) {
      this.close();
      this.dispatchEvent(new Event('error'));
    } else if (status === 200) {
      this.#open();
    } else {
      this.#watch();
    }
  }

  /** What a request for the stream is answered now; 0 when nobody answers. */
  async #status() {
    const options = {method: 'HEAD', headers: {Accept: 'text/event-stream'}, cache: 'no-store',
      credentials: this.withCredentials ? 'include' : 'same-origin', signal: AbortSignal.timeout(10_000)};
    const {status} = await fetch(this.url, options).catch(() => ({status: 0}));
    return status;
  }
}
