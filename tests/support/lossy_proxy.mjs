// Stands between a publisher and Redis, or the operations listener, and decides what becomes of its first calls.
import net from 'node:net';

import {endpointOf} from './http.mjs';

const isPublish = (bytes) => bytes.includes('freshet_publish') || bytes.includes('POST /publish');

/**
 * Each call that publishes takes the next of `fates`, and the later ones pass: 'lose' lets it happen and breaks the connection
 * instead of replying; bytes are the reply, and the call goes no further. Returns {port, calls()}: how many there were.
 */
export async function startLossyProxy(t, url, fates) {
  const left = [...fates];
  let calls = 0;
  const sockets = new Set();
  const server = net.createServer((client) => {
    const {host, port} = endpointOf(url);
    const upstream = net.connect(port, host);
    let losing = false;
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      const isCall = isPublish(bytes) && !losing;
      calls += isCall ? 1 : 0;
      const fate = isCall ? left.shift() : undefined;
      losing ||= fate === 'lose';
      if (fate === undefined || losing) upstream.write(bytes);
      else client.write(fate);
    });
    upstream.on('data', (bytes) => {
      if (losing) client.destroy();
      else client.write(bytes);
    });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {port: server.address().port, calls: () => calls};
}
