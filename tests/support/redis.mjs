// A real redis-server in a folder of its own, on a port that the kernel chose.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import {Redis} from 'ioredis';

import {Program} from './process.mjs';
import {Watch, within} from './wait.mjs';

/** The function library as its source says it. */
export const librarySource = fs.readFileSync(new URL('../../lib/redis/freshet.lua', import.meta.url), 'utf8');

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Everything that a server publishes, on channels that match a pattern, in the order of arrival. */
export class Listener {
  /** Of {channel, data}; data is a Buffer. */
  messages = [];
  #watch = new Watch();
  #ends = 0;

  constructor(server, connection) {
    this.server = server;
    this.connection = connection;
    connection.on('pmessageBuffer', (_, channel, data) => {
      this.messages.push({channel: channel.toString('latin1'), data});
      this.#watch.changed();
    });
  }

  /** Waits for what was published before this call, and returns the messages since the last drain. */
  async drain() {
    const end = `drain:${this.connection.options.port}:${++this.#ends}`;
    await this.connection.psubscribe(end);
    await this.server.client.publish(end, '');
    await this.#watch.until(() => this.messages.some(({channel}) => channel === end), `the message on ${end}`);
    await this.connection.punsubscribe(end);
    const drained = this.messages.filter(({channel}) => !channel.startsWith('drain:'));
    this.messages = [];
    return drained;
  }
}

/** One redis-server; see startRedis. `client` is an ioredis connection as the default user. */
export class RedisServer {
  #connections = new Set();

  constructor({folder, host, port, args, command, env, login}) {
    Object.assign(this, {folder, host, port, args, command, env, login});
  }

  get url() {
    return `redis://${this.host}:${this.port}/0`;
  }

  /** Starts it, again after stop() or kill9(): on the same port, with the files that it left. */
  async start() {
    const [program, ...before] = this.command;
    this.program = new Program(program, [
      ...before, '--port', String(this.port), '--bind', this.host, '--dir', this.folder, '--save', '', '--appendonly', 'no',
      '--enable-debug-command', 'yes', ...this.args,
    ], {env: this.env});
    await this.program.output(/Ready to accept connections/, {where: 'stdout'});
    this.client = this.connect();
    return this;
  }

  /** Another connection. It does not reconnect by itself, and ends with the server. */
  connect(options = {}) {
    const connection = new Redis({
      port: this.port, host: this.host, retryStrategy: null, maxRetriesPerRequest: 0, ...this.login, ...options,
    });
    connection.on('error', () => {});   // every command that it concerns rejects
    this.#connections.add(connection);
    connection.once('end', () => this.#connections.delete(connection));
    return connection;
  }

  /** Hears every message on channels like `pattern`, from now on. */
  async listen(pattern = '*') {
    const connection = this.connect();
    const listener = new Listener(this, connection);
    await connection.psubscribe(pattern);
    return listener;
  }

  async loadFunctions() {
    await this.client.function('LOAD', 'REPLACE', librarySource);
  }

  /** SIGTERM: saves only if configured so. */
  async stop() {
    this.#disconnect();
    if (this.program.running) this.program.signal('SIGTERM');
    await this.program.exit();
  }

  async kill9() {
    this.#disconnect();
    if (this.program.running) await this.program.kill9();
  }

  #disconnect() {
    for (const connection of this.#connections) connection.disconnect();
  }
}

/**
 * Starts a redis-server without persistence that ends with the test `t`: node:test's context or anything else with after().
 * (In a before() hook node:test's own after() means the end of the hook: collect the endings there and run them in after().)
 * `args` are further redis-server options; with `functions` (the default) the library is loaded;
 * `host` and `port` are where it listens instead of a free port on loopback; `command` and `env` are how to start it; `login` is
 * {username, password} of its connections.
 */
export async function startRedis(t, {args = [], functions = true, host = '127.0.0.1', port, command = ['redis-server'], env, login} = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-redis-'));
  // Between choosing a port and binding it, another process may take it: then another one is tried.
  for (let attempt = 1; ; ++attempt) {
    const server = new RedisServer({folder, host, port: port ?? await freePort(), args, command, env, login});
    try {
      await server.start();
    } catch (error) {
      if (server.program.running) await server.program.kill9();
      if (attempt < 5 && /Address already in use/.test(server.program.stdout)) continue;
      fs.rmSync(folder, {recursive: true, force: true});
      throw error;
    }
    t.after(async () => {
      await server.kill9();
      fs.rmSync(folder, {recursive: true, force: true});
    });
    if (functions) await within(server.loadFunctions(), 'FUNCTION LOAD');
    return server;
  }
}
