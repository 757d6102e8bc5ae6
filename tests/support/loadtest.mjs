// The programs of the load test: $SSELOAD and $LIMIT.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {Program, run} from './process.mjs';

function programOf(variable) {
  const file = process.env[variable];
  assert.ok(file, `${variable} must name the program to test`);
  assert.ok(fs.existsSync(file), `${variable}=${file}: no such file`);
  return path.resolve(file);
}

/** Runs sseload to its end: {code, signal, stdout, stderr, result}, the last being the JSON that it wrote to stdout. */
export async function runSseload(mode, options = {}, {ms = 60_000} = {}) {
  const args = Object.entries({json: '-', ...options}).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    return [value].flat().flatMap((each) => [`--${name}`, String(each)]);
  });
  const ended = await run(programOf('SSELOAD'), [mode, ...args], {ms});
  return {...ended, result: ended.stdout.startsWith('{') ? JSON.parse(ended.stdout) : undefined};
}

/** Starts the reference server, which ends with the test. `redis` is a RedisServer. */
export async function startLimit(t, {redis, listen = '127.0.0.1:0', args = []}) {
  const program = new Program(programOf('LIMIT'), ['--listen', listen, '--redis', `127.0.0.1:${redis.port}`, ...args]);
  t.after(() => program.kill9());
  const [, url] = await program.output(/listening on (\S+)/);
  return {url, pid: program.pid};
}
