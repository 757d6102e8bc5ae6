// An issuer's web server: answers with a JWK set, counts who asks, misbehaves when told to.
import http from 'node:http';
import https from 'node:https';

import {freePort} from './ports.mjs';
import {Watch} from './wait.mjs';

export class KeyServer {
  #watch = new Watch();
  requests = 0;

  /** `text` is what it answers; `tls`, {key, cert}, makes it HTTPS; `port` is that of an earlier one. */
  static async start(t, text, {tls, port} = {}) {
    const server = new KeyServer();
    server.text = text;
    const answer = (request, reply) => server.#answer(reply);
    server.server = tls ? https.createServer(tls, answer) : http.createServer(answer);
    server.port = port ?? await freePort();
    await new Promise((resolve, reject) => server.server.once('error', reject).listen(server.port, '127.0.0.1', resolve));
    server.url = `${tls ? 'https' : 'http'}://localhost:${server.port}/jwks.json`;
    t.after(() => server.stop());
    return server;
  }

  #answer(reply) {
    this.requests += 1;
    if (this.location) reply.writeHead(302, {Location: this.location}).end();
    else reply.writeHead(200, {'Content-Type': 'application/json'}).end(this.text);
    this.#watch.changed();
  }

  /** Waits until it was asked so often in all. */
  asked(count, options) {
    return this.#watch.until(() => this.requests >= count, `${count} requests for keys`, options);
  }

  async stop() {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
