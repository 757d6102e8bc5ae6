// HTTP for tests: whole requests over TCP or a unix socket, and a raw socket for requests that no client would send.
import http from 'node:http';
import net from 'node:net';

import {Watch, until, within} from './wait.mjs';

/** Where a listener's URL (`http://127.0.0.1:8080`, `http://[::1]:8080`, `unix:/path`) is to be connected to. */
export function endpointOf(url) {
  if (url.startsWith('unix:')) return {socketPath: url.slice('unix:'.length)};
  const {hostname, port} = new URL(url);
  return {host: hostname.replace(/^\[|\]$/g, ''), port: Number(port)};
}

/** One request, its whole answer: {status, headers, rawHeaders, body (Buffer), text}. A connection of its own. */
export async function request(url, target, {method = 'GET', headers = {}, body} = {}) {
  const answer = new Promise((resolve, reject) => {
    const outgoing = http.request({...endpointOf(url), path: target, method, headers, agent: false}, (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk)).on('error', reject).on('end', () => {
        const whole = Buffer.concat(chunks);
        const {statusCode, headers: received, rawHeaders} = incoming;
        resolve({status: statusCode, headers: received, rawHeaders, body: whole, text: whole.toString()});
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  return within(answer, `the answer to ${method} ${target.slice(0, 100)}`);
}

/** A socket to write bytes to and to read bytes from, nothing in between. */
export class RawSocket {
  static async open(url) {
    const {socketPath, host, port} = endpointOf(url);
    const raw = new RawSocket(socketPath ? net.connect(socketPath) : net.connect(port, host));
    await within(raw.connected, `a connection to ${url}`);
    return raw;
  }

  constructor(socket) {
    this.socket = socket;
    this.received = Buffer.alloc(0);
    this.closed = false;
    this.watch = new Watch();
    this.connected = new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.watch.changed();
    });
    // A reset is one of the ways in which a server may end a connection.
    socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.closed = true;
        this.watch.changed();
      });
    }
  }

  get text() {
    return this.received.toString('latin1');
  }

  write(data) {
    if (!this.closed) this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  waitFor(condition, what, options) {
    const detail = () => `received: ${JSON.stringify(this.text.slice(0, 2000))}`;
    return this.watch.until(condition, what, {detail, ...options});
  }

  /** Waits until what was received, as latin1, matches. */
  match(pattern, options) {
    return this.waitFor(() => this.text.match(pattern), `${pattern} on a raw socket`, options);
  }

  /** Waits until the server has ended the connection, and returns all that it sent. */
  async end(options) {
    await this.waitFor(() => this.closed, 'the server to end the connection', options);
    return this.text;
  }

  close() {
    this.socket.destroy();
  }
}

/** Sends bytes on a connection of their own and returns the status of the answer, or null when it was just closed. */
export async function rawStatus(url, bytes, options) {
  const raw = await RawSocket.open(url);
  try {
    raw.write(bytes);
    await raw.waitFor(() => /^HTTP\/1\.[01] \d{3}[^]*\r\n\r\n/.test(raw.text) || raw.closed,
      `an answer to ${JSON.stringify(String(bytes).slice(0, 60))}`, options);
    const match = raw.text.match(/^HTTP\/1\.[01] (\d{3})/);
    return match ? Number(match[1]) : null;
  } finally {
    raw.close();
  }
}

/** Waits until a program listens on this port of loopback; fails at once when it ends. */
export function listens(program, port) {
  return until(async () => {
    if (!program.running) throw new Error(program.describe());
    const raw = await RawSocket.open(`http://127.0.0.1:${port}`).catch(() => undefined);
    raw?.close();
    return raw;
  }, `${program.name} to listen`, {detail: () => program.describe()});
}
