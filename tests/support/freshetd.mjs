// The daemon under test: $FRESHETD, started in a folder and on ports of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {request} from './http.mjs';
import {freePort} from './ports.mjs';
import {Program, run} from './process.mjs';
import {SseClient} from './sse.mjs';
import {until} from './wait.mjs';

const sanitizerFinding = /ERROR: \w+Sanitizer|SUMMARY: \w+Sanitizer|runtime error:/;

export function binary() {
  const file = process.env.FRESHETD;
  assert.ok(file, 'FRESHETD must name the freshetd to test, as in FRESHETD=build/dev/daemon/freshetd');
  assert.ok(fs.existsSync(file), `FRESHETD=${file}: no such file`);
  return path.resolve(file);
}

/** A folder that is gone after the test. */
export function temporaryFolder(t, name = 'freshet') {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-test-`));
  // What still runs, as hooks come in the order of their making, may be writing there.
  t.after(() => fs.rmSync(folder, {recursive: true, force: true, maxRetries: 10, retryDelay: 100}));
  return folder;
}

/** Runs freshetd to its end: {code, signal, stdout, stderr}. For --version, --check-config and the like. */
export const runFreshetd = (args, options) => run(binary(), args, options);

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function merged(base, over) {
  const result = {...base};
  for (const [key, value] of Object.entries(over)) {
    result[key] = isObject(value) && isObject(result[key]) ? merged(result[key], value) : value;
  }
  return result;
}

/** One freshetd process; see startFreshetd. */
export class Freshetd {
  constructor(options) {
    this.options = options;
  }

  get configFile() {
    return path.join(this.options.folder, `${this.options.instance}.yaml`);
  }

  /** Writes the configuration file: an object, or YAML text. SIGHUP reads it again. */
  writeConfig(config) {
    // JSON is YAML. Streams of a test are no reason to drain for long.
    const text = typeof config === 'string' ? config : JSON.stringify(merged({drain: {period: '200ms'}}, config));
    fs.writeFileSync(this.configFile, text);
  }

  /** Starts the process; with `wait` (the default) resolves once it listens and says that it is ready. */
  async start() {
    const {config, args, listen, opsListen, redis, dev, instance, wait, env} = this.options;
    this.writeConfig(config);
    this.program = new Program(binary(), [
      '--config', this.configFile, '--instance', instance,
      ...listen.flatMap((address) => ['--listen', address]),
      '--ops-listen', opsListen,
      ...(redis ? ['--redis', redis] : ['--memory']),
      ...(dev ? ['--dev'] : []),
      ...args,
    ], {env});
    this.stopped = false;
    this.urls = {public: [], ops: []};
    // One line for each listener, in no promised order.
    await this.program.output(new RegExp(`(?:listening on \\S+ \\((?:public|ops)\\)[^]*?){${listen.length + 1}}`));
    for (const [, url, kind] of this.program.stderr.matchAll(/listening on (\S+) \((public|ops)\)/g)) {
      this.urls[kind].push(url);
    }
    if (wait) await this.ready();
    return this;
  }

  get pid() {
    return this.program.pid;
  }

  get log() {
    return this.program.stderr;
  }

  /** The port of the first public listener, for starting again on the same one. */
  get port() {
    return Number(new URL(this.urls.public[0]).port);
  }

  get opsPort() {
    return Number(new URL(this.urls.ops[0]).port);
  }

  /** A request to the public listener (the first one). */
  public(target, options) {
    return request(this.urls.public[0], target, options);
  }

  /** A request to the operations listener. */
  ops(target, options) {
    return request(this.urls.ops[0], target, options);
  }

  async ready({ms} = {}) {
    await until(async () => {
      assert.ok(this.program.running, this.program.describe());
      return (await this.ops('/readyz').catch(() => ({}))).status === 200;
    }, `${this.options.instance} to be ready`, {ms, detail: () => this.program.describe()});
  }

  /** Waits until /readyz answers 503 with a reason like `pattern`, and returns its parsed body. */
  async notReady(pattern = /./) {
    let last = '';
    return until(async () => {
      const reply = await this.ops('/readyz');
      last = reply.text;
      const body = reply.status === 503 && JSON.parse(reply.text);
      return body && pattern.test(body.reason) && body;
    }, `${this.options.instance} not to be ready: ${pattern}`, {detail: () => `last: ${last}\n${this.program.describe()}`});
  }

  /** Publishes through the operations listener and returns the id. `query` holds further parameters. */
  async publish(channel, data, query = {}) {
    const parameters = new URLSearchParams({channel, ...query});
    const reply = await this.ops(`/publish?${parameters}`, {method: 'POST', body: data});
    assert.equal(reply.status, 200, `publish to ${channel}: ${reply.text}`);
    return JSON.parse(reply.text).id;
  }

  /** Opens a stream and waits for its response head. `query` is what follows /events?. */
  async stream(query, options = {}) {
    const client = new SseClient(this.urls.public[0], `/events?${query}`, options);
    await client.opened();
    return client;
  }

  /** All samples of /metrics: Map of `name{labels}` to number. */
  async metrics() {
    const reply = await this.ops('/metrics');
    assert.equal(reply.status, 200);
    const samples = new Map();
    for (const line of reply.text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const match = line.match(/^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)(?: \d+)?$/);
      assert.ok(match, `a line of /metrics that is no sample: ${line}`);
      samples.set(match[1], Number(match[2].replace('+Inf', 'Infinity')));
    }
    return samples;
  }

  /** The sum of the samples of one metric whose labels include `labels`. */
  async metric(name, labels = {}) {
    let sum;
    for (const [key, value] of await this.metrics()) {
      const [family, rest = ''] = [key.replace(/\{.*/, ''), key.slice(key.indexOf('{'))];
      const matches = Object.entries(labels).every(([label, wanted]) => rest.includes(`${label}="${wanted}"`));
      if (family === name && matches) sum = (sum ?? 0) + value;
    }
    return sum;
  }

  openFiles() {
    return fs.readdirSync(`/proc/${this.pid}/fd`).length;
  }

  signal(name) {
    this.program.signal(name);
  }

  /** SIGTERM; asserts a clean end: exit code 0, nothing found by a sanitizer. */
  async stop({ms} = {}) {
    if (this.stopped) return;
    this.stopped = true;
    this.program.signal('SIGTERM');
    let result;
    try {
      result = await this.program.exit({ms});
    } catch (error) {
      await this.program.kill9();
      throw error;
    }
    assert.doesNotMatch(this.log, sanitizerFinding);
    assert.deepEqual(result, {code: 0, signal: null}, this.program.describe());
  }

  async kill9() {
    this.stopped = true;
    await this.program.kill9();
    assert.doesNotMatch(this.log, sanitizerFinding);
  }

  /** Starts it again, listening where it listened before. */
  async startAgain() {
    this.options = {
      ...this.options,
      listen: this.urls.public.map((url) => url.replace('http://', '')),
      opsListen: this.urls.ops[0].replace('http://', ''),
    };
    return this.start();
  }
}

/**
 * Starts a freshetd that is stopped, and must end cleanly, when the test `t` (or, with node:test itself, the file) ends.
 * - config: object (or YAML text), written to a file;  args: further arguments;  env: further environment
 * - redis: URL of the backplane; without it the memory backplane
 * - dev: true unless given: all channels are open;  wait: false to return before it is ready
 * - listen, opsListen: where it listens instead of free ports on loopback
 */
export async function startFreshetd(t, {config = {}, args = [], env = {}, listen, opsListen, redis, dev = true, instance = 'one',
  wait = true, folder = temporaryFolder(t)} = {}) {
  const daemon = new Freshetd({
    config, args, env, redis, dev, instance, wait, folder,
    listen: listen ?? [`127.0.0.1:${await freePort()}`], opsListen: opsListen ?? `127.0.0.1:${await freePort()}`,
  });
  t.after(async () => {
    if (!daemon.program) return;
    if (t.passed === false) t.diagnostic(daemon.program.describe());
    if (daemon.program.running) await daemon.stop();
    else assert.ok(daemon.stopped, `freshetd ended by itself: ${daemon.program.describe()}`);
  });
  return daemon.start();
}
