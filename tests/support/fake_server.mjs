// A TCP server that is not what it is taken for.
import net from 'node:net';

import {freePort} from './ports.mjs';
import {Watch} from './wait.mjs';

export class FakeServer {
  #watch = new Watch();
  #sockets = new Set();
  #count = 0;

  /** `behaviour(socket)` is called with every connection. */
  static async start(behaviour) {
    const fake = new FakeServer();
    fake.server = net.createServer((socket) => {
      fake.#count += 1;
      fake.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => fake.#sockets.delete(socket)).resume();
      behaviour(socket);
      fake.#watch.changed();
    });
    fake.port = await freePort();
    await new Promise((resolve, reject) => fake.server.once('error', reject).listen(fake.port, '127.0.0.1', resolve));
    return fake;
  }

  /** Waits until so many connections have come in all. */
  connections(count) {
    return this.#watch.until(() => this.#count >= count, `${count} connections to a fake server`);
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }
}
