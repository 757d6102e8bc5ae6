// A freshetd under a service manager: with sockets that stay while it is restarted, and with somebody who hears what it
// notifies. What systemd does, on machines without it; see service_manager.py.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {binary, temporaryFolder} from './freshetd.mjs';
import {request} from './http.mjs';
import {Program} from './process.mjs';

const script = fileURLToPath(new URL('service_manager.py', import.meta.url));

/** One service; see manageFreshetd. */
export class Service {
  /** Of the public socket. */
  url;
  /** All that happened: of {started: pid}, {ended: {code, signal}}, {notify: {READY: '1', …}}. */
  events = [];

  constructor({program, instance, socket, opsSocket, configFile}) {
    Object.assign(this, {program, instance, socket, opsSocket, configFile});
    let rest = '';
    program.child.stdout.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      this.events.push(...lines.map((line) => JSON.parse(line)));
      program.watch.changed();
    });
  }

  get log() {
    return this.program.stderr;
  }

  get pid() {
    return this.events.findLast((event) => event.started)?.started;
  }

  /** What the process has notified: of {READY: '1', STATUS: …}; since the events[`from`], if given. */
  notified(from = 0) {
    return this.events.slice(from).filter((event) => event.notify).map((event) => event.notify);
  }

  /** Waits for a notification that `matches` says is the one, and returns it. */
  hears(matches, what, {from = 0, ms} = {}) {
    return this.#waitFor(() => this.notified(from).find(matches), what, ms);
  }

  /** Starts the process and waits until it says that it is ready, as `systemctl start` does. */
  async start({ms} = {}) {
    const from = this.events.length;
    this.#command('start');
    const ended = () => {
      const end = this.events.slice(from).find((event) => event.ended);
      if (end) throw new Error(`ended before it was ready: ${JSON.stringify(end.ended)}`);
    };
    await this.#waitFor(() => ended() ?? this.notified(from).some(({READY}) => READY === '1'), 'READY=1', ms);
    return this.notified(from);
  }

  signal(name) {
    this.#command(name);
  }

  /** Waits for the end of the process that runs now. */
  async exit({from = this.events.findLastIndex((event) => event.started), ms} = {}) {
    return (await this.#waitFor(() => this.events.slice(from).find((event) => event.ended), 'its end', ms)).ended;
  }

  async stop({ms} = {}) {
    this.signal('SIGTERM');
    assert.deepEqual(await this.exit({ms}), {code: 0, signal: null}, this.program.describe());
  }

  /** As `systemctl restart`. */
  async restart(options) {
    await this.stop(options);
    await this.start(options);
  }

  ops(target, options) {
    return request(`unix:${this.opsSocket}`, target, options);
  }

  #command(word) {
    this.program.child.stdio[3].write(`${word}\n`);
  }

  #waitFor(condition, what, ms) {
    return this.program.watch.until(condition, `${what} of ${this.instance}`,
      {ms, detail: () => `${JSON.stringify(this.events.slice(-10))}\n${this.program.describe()}`});
  }
}

/**
 * Prepares a freshetd behind a unix socket `INSTANCE.sock`, or behind a port of `host`, which takes connections from now on,
 * also while no process runs. It is not started yet. Options as those of startFreshetd; `command` goes before the daemon's.
 */
export async function manageFreshetd(t, {config = {}, args = [], env = {}, redis, dev = true, instance = 'one', command = [], host,
  folder = temporaryFolder(t)} = {}) {
  const file = (suffix) => path.join(folder, `${instance}${suffix}`);
  const [socket, opsSocket, notify, configFile] = ['.sock', '.ops.sock', '.notify', '.yaml'].map(file);
  fs.writeFileSync(configFile, JSON.stringify({drain: {period: '200ms'}, ...config}));
  const program = new Program('python3', [
    script, notify, `public=${host ?? socket}`, '--', ...command, binary(), '--config', configFile, '--instance', instance,
    '--ops-listen', `unix:${opsSocket}`, ...(redis ? ['--redis', redis] : ['--memory']), ...(dev ? ['--dev'] : []), ...args,
  ], {env, descriptors: ['pipe']});
  const service = new Service({program, instance, socket, opsSocket, configFile});
  t.after(async () => {
    // Gives it up, and with it the process that it may still have.
    program.child.stdio[3].end();
    await program.exit();
  });
  const [line] = await program.output(/^\{"listening".*$/m, {where: 'stdout'});
  service.url = JSON.parse(line).listening.public;
  return service;
}
