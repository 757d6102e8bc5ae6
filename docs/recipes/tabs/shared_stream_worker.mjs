// Holds the one stream, in a thread of its own that lives as long as any tab of it.
import {LastingSource} from '../common/lasting_source.mjs';

const ports = new Set();
let source;
let position = '';

// Held as long as this worker lives: how tabs notice that it crashed.
const alive = new Promise((resolve) => navigator.locks?.request(self.name, () => {
  resolve();
  return new Promise(() => {});
}));

self.onconnect = ({ports: [port]}) => {
  port.onmessage = ({data: {join, leave}}) => {
    if (join) {
      ports.add(port);
      alive.then(() => port.postMessage({alive: true}));
      if (!source) open(join);
      else if (position !== '') port.postMessage({type: 'stream-cursor', data: '{"resume":"fresh"}', id: position});
    }
    if (leave) ports.delete(port);
  };
};

function open({url, names}) {
  source = new LastingSource(url);
  for (const name of names) {
    source.addEventListener(name, ({type, data, lastEventId}) => {
      position = lastEventId;
      tell({type, data, id: lastEventId});
    });
  }
  source.addEventListener('error', () => {
    const closed = source.readyState === EventSource.CLOSED;
    tell({type: 'error', data: closed ? 'closed' : 'connecting', id: ''});
    if (closed) source = undefined;   // the next tab tries again
  });
}

function tell(event) {
  for (const port of ports) port.postMessage(event);
}
