// A connection to Redis that knows simple replies only: for INFO and for many publications at once.
import net from 'node:net';

const command = (args) => [`*${args.length}\r\n`, ...args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`)].join('');

export class RedisLink {
  #waiting = [];
  #rest = '';

  constructor(socket) {
    this.socket = socket;
    socket.setEncoding('latin1').setNoDelay().on('data', (text) => this.#take(text));
    socket.on('error', (error) => this.#fail(error)).on('close', () => this.#fail(new Error('Redis closed the connection')));
  }

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(new RedisLink(socket)));
      socket.once('error', reject);
    });
  }

  #fail(error) {
    for (const {reject} of this.#waiting.splice(0)) reject(error);
  }

  #take(text) {
    this.#rest += text;
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#rest.slice(0, end);
      const length = line[0] === '$' ? Number(line.slice(1)) + 2 : 0;
      if (this.#rest.length < end + 2 + length) return;
      const reply = length > 0 ? this.#rest.slice(end + 2, end + length) : line.slice(1);
      this.#rest = this.#rest.slice(end + 2 + length);
      const {resolve, reject} = this.#waiting.shift();
      if (line[0] === '-') reject(new Error(reply));
      else resolve(reply);
    }
  }

  /** Sends them in one write; resolves to their replies, as text. */
  pipeline(commands) {
    this.socket.write(commands.map(command).join(''));
    return Promise.all(commands.map(() => new Promise((resolve, reject) => this.#waiting.push({resolve, reject}))));
  }

  async call(...args) {
    return (await this.pipeline([args]))[0];
  }

  close() {
    this.socket.destroy();
  }
}
