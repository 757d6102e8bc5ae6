// The tool under test, $FRESHETCTL, and the files that it is given.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {temporaryFolder} from './freshetd.mjs';
import {Program, run} from './process.mjs';

export function ctlBinary() {
  const file = process.env.FRESHETCTL;
  assert.ok(file, 'FRESHETCTL must name the freshetctl to test, as in FRESHETCTL=build/dev/daemon/ctl/freshetctl');
  assert.ok(fs.existsSync(file), `FRESHETCTL=${file}: no such file`);
  return path.resolve(file);
}

/** Runs it to its end: {code, signal, stdout, stderr}. */
export const ctl = (...args) => run(ctlBinary(), args);

/** Runs it to its end with this as its standard input. */
export async function ctlWithInput(t, input, ...args) {
  const file = path.join(temporaryFolder(t), 'input');
  fs.writeFileSync(file, input);
  return run('sh', ['-c', 'input=$1; shift; exec "$@" < "$input"', 'sh', file, ctlBinary(), ...args]);
}

/** Starts it; the Program is killed with the test if it still runs then. */
export function startCtl(t, ...args) {
  const program = new Program(ctlBinary(), args);
  t.after(() => program.running && program.kill9());
  return program;
}

/** Its exit code must be this one. Returns the result. */
export function assertExit(result, code) {
  assert.equal(result.code, code, `exit code ${result.code}, signal ${result.signal}\n${result.stdout}\n${result.stderr}`);
  return result;
}

/** The lines of its standard output as JSON. */
export const jsonLines = (text) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));

/** A file with this text; its path. */
export function fileWith(t, text, name = 'file') {
  const file = path.join(temporaryFolder(t), name);
  fs.writeFileSync(file, text);
  return file;
}

/** The operations listener of a daemon of the tests, as --ops takes it. */
export const opsOf = (daemon) => daemon.urls.ops[0];
