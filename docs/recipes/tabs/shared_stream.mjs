// One stream for all tabs of a site. Over HTTP/1.1 a browser opens six connections to an origin, and each EventSource holds
// one of them: with the sixth tab nothing loads any more.
import {LastingSource} from '../common/lasting_source.mjs';

const opened = (id) => ({type: 'stream-cursor', data: '{"resume":"fresh"}', id});

/**
 * An EventTarget that gets the events of `url` as an EventSource would, together with all other tabs that ask for the same
 * url: `message`, those of `names`, and the broker's own; each event once. Every tab begins with a `stream-cursor` of
 * {"resume":"fresh"}, or a `stream-reset`: load the state then. `error` has data "closed" when the stream was refused for good.
 */
export class SharedStream extends EventTarget {
  #end;

  constructor(url, {names = [], worker = 'SharedWorker' in globalThis} = {}) {
    super();
    this.url = new URL(url, location.href).href;
    this.kind = worker ? 'SharedWorker' : 'BroadcastChannel';
    const all = [...new Set(['message', 'stream-cursor', 'stream-reset', 'stream-expiring', 'stream-unauthorized', ...names])];
    this.#end = worker ? this.#listenToWorker(all) : this.#listenToTabs(all);
    // A page that comes back from the back/forward cache was told nothing meanwhile.
    addEventListener('pageshow', ({persisted}) => {
      if (persisted) this.#dispatch({type: 'stream-reset', data: '{"reason":"page-was-away","channels":[]}', id: ''});
    });
  }

  close() {
    this.#end();
  }

  #dispatch({type, data, id}) {
    this.dispatchEvent(new MessageEvent(type, {data, lastEventId: id}));
  }

  #listenToWorker(names) {
    const file = new URL('./shared_stream_worker.mjs', import.meta.url);
    const name = `shared-stream ${this.url} ${names}`;            // one worker for each stream
    const closed = new AbortController();
    let port;
    const join = () => {
      ({port} = new SharedWorker(file, {type: 'module', name}));
      port.onmessage = ({data}) => {
        if (!data.alive) return this.#dispatch(data);
        // A worker that crashes takes its lock along and says nothing else. The next one begins with a `stream-cursor`.
        navigator.locks?.request(name, {signal: closed.signal}, () => {}).then(join, () => {});
      };
      port.postMessage({join: {url: this.url, names}});
    };
    const leave = () => port.postMessage({leave: true});
    join();
    addEventListener('pagehide', ({persisted}) => persisted || leave());
    return () => {
      closed.abort();
      leave();
      port.close();
    };
  }

  /** Without SharedWorker one of the tabs holds the stream and passes its events on. */
  #listenToTabs(names) {
    const channel = new BroadcastChannel(`shared-stream ${this.url}`);
    let lastEventId = '';      // how far this tab is
    let joined = false;
    let source;

    const take = (event) => {
      const control = event.type.startsWith('stream-');
      // What comes before this tab's own beginning is in the state that it loads then.
      if (!joined && !control) return;
      // A new leader is sometimes behind: what it gets once more, tabs that have it pass over.
      if (!control && !event.live && lastEventId !== '' && BigInt(event.id) <= BigInt(lastEventId)) return;
      const forward = lastEventId === '' || BigInt(event.id || 0) > BigInt(lastEventId);
      if (event.id !== '' && (forward || event.type === 'stream-reset')) lastEventId = event.id;
      this.#dispatch(joined || event.type !== 'stream-cursor' ? event : opened(event.id));
      joined ||= event.type === 'stream-cursor' || event.type === 'stream-reset';
    };

    const lead = () => {
      const from = new URL(this.url);
      if (lastEventId !== '') from.searchParams.set('last_event_id', lastEventId);
      source = new LastingSource(from);
      let before = lastEventId;
      for (const name of names) {
        source.addEventListener(name, ({type, data, lastEventId: id}) => {
          const event = {type, data, id, live: id === before};   // one without an id of its own shows the one before
          before = id;
          channel.postMessage({event});
          take(event);
        });
      }
      source.addEventListener('error', () => {
        const closed = {type: 'error', data: source.readyState === EventSource.CLOSED ? 'closed' : 'connecting', id: ''};
        channel.postMessage({closed});
        this.#dispatch(closed);
      });
    };

    channel.onmessage = ({data: {event, closed, hello, position}}) => {
      if (event) take(event);
      if (closed) this.#dispatch(closed);
      if (hello && source && lastEventId !== '') channel.postMessage({position: lastEventId});
      if (position && !joined) take(opened(position));
    };
    channel.postMessage({hello: true});

    // The lock is the election: the tab that has waited longest gets it when its holder is closed, crashes or lets go.
    const stop = new AbortController();
    const stopped = new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    navigator.locks.request(`shared-stream ${this.url}`, {signal: stop.signal}, () => {
      lead();
      return stopped;
    }).catch(() => {});        // called off while it waited
    return () => {
      source?.close();
      channel.close();
      stop.abort();
    };
  }
}
