// An issuer's web server: answers with a JWK set, counts who asks, misbehaves when told to.
import http from 'node:http';
import https from 'node:https';

import {Watch} from './wait.mjs';

export class KeyServer {
  #watch = new Watch();
  requests = 0;

  /** `text` is what it answers; `tls`, {key, cert}, makes it HTTPS; `port` is one to use instead of a free one. */
  static async start(t, text, {tls, port = 0} = {}) {
    const server = new KeyServer();
    server.text = text;
    const answer = (request, reply) => server.#answer(reply);
    server.server = tls ? https.createServer(tls, answer) : http.createServer(answer);
    await new Promise((resolve, reject) => server.server.once('error', reject).listen(port, '127.0.0.1', resolve));
    server.port = server.server.address().port;
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
