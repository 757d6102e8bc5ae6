// A real redis-server in a folder and on a port of its own.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {Redis} from 'ioredis';

import {freePort} from './ports.mjs';
import {Program} from './process.mjs';
import {Watch, deadlineMs, within} from './wait.mjs';

/** The function library as its source says it. */
export const librarySource = fs.readFileSync(new URL('../../lib/redis/freshet.lua', import.meta.url), 'utf8');

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

/**
 * What a server or a sentinel is told to speak TLS: [name, value]s, none without `tls`, which is {authority, certificate, key}
 * (see certificates.mjs).
 */
export const tlsOptions = ({tls, port}) => (tls ? [
  ['tls-port', String(port)], ['tls-replication', 'yes'], ['tls-auth-clients', 'no'],
  ['tls-ca-cert-file', tls.authority.file], ['tls-cert-file', tls.certificate], ['tls-key-file', tls.key],
] : []);

/** What ioredis is told. */
export const clientTls = ({tls}) => (tls ? {tls: {ca: fs.readFileSync(tls.authority.file)}} : {});

/** One redis-server; see startRedis. `client` is an ioredis connection as the default user. */
export class RedisServer {
  #connections = new Set();

  constructor({folder, host, port, args, command, env, login, tls}) {
    Object.assign(this, {folder, host, port, args, command, env, login, tls});
  }

  get url() {
    return `${this.tls ? 'rediss' : 'redis'}://${this.host}:${this.port}/0`;
  }

  /** Starts it, again after stop() or kill9(): on the same port, with the files that it left. */
  async start() {
    const [program, ...before] = this.command;
    this.program = new Program(program, [
      ...before, '--port', String(this.tls ? 0 : this.port), '--bind', this.host, '--dir', this.folder, '--save', '', '--appendonly', 'no',
      '--enable-debug-command', 'yes', ...tlsOptions(this).flatMap(([name, value]) => [`--${name}`, value]), ...this.args,
    ], {env: this.env});
    await this.program.output(/Ready to accept connections/, {where: 'stdout'});
    this.client = this.connect();
    return this;
  }

  /** Another connection. It does not reconnect by itself, and ends with the server. */
  connect(options = {}) {
    const connection = new Redis({
      port: this.port, host: this.host, connectTimeout: deadlineMs, retryStrategy: null, maxRetriesPerRequest: 0,
      ...clientTls(this), ...this.login, ...options,
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
 * {username, password} of its connections; with `tls` (see tlsOptions) it speaks nothing else.
 */
export async function startRedis(t, {args = [], functions = true, host = '127.0.0.1', port, command = ['redis-server'], env, login, tls} = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-redis-'));
  const server = new RedisServer({folder, host, port: port ?? await freePort(), args, command, env, login, tls});
  t.after(async () => {
    await server.kill9();
    fs.rmSync(folder, {recursive: true, force: true});
  });
  await server.start();
  if (functions) await within(server.loadFunctions(), 'FUNCTION LOAD');
  return server;
}
