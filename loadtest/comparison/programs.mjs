// Programs on a core, and folders: all gone when this process ends, however it ends.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {Program} from '../../tests/support/process.mjs';

const running = new Set();
const folders = new Set();

process.on('exit', () => {
  for (const program of running) program.signal('SIGKILL');
  for (const folder of folders) fs.rmSync(folder, {recursive: true, force: true});
});

/** Starts a program that may use only this CPU. */
export function startPinned(core, command, args, options) {
  const program = new Program('taskset', ['-c', String(core), command, ...args], options);
  program.name = path.basename(command);
  running.add(program);
  program.exited.finally(() => running.delete(program)).catch(() => {});
  return program;
}

// Of a stack trace the line that says what went wrong, without the paths of this machine.
const telling = /^(?!\s*at\s).*(?:error\b|failed|cannot|could not|refused)/i;
const withoutPaths = (line) => line.replace(/(?<![\w:/.])\/(?:[^\s/:]+\/)+/g, '');

/** How a program ended, in one line: with the last line of its output that speaks of an error, or the last one at all. */
export function endOf(program) {
  const lines = (program.stdout + program.stderr).split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => telling.test(one)) ?? lines.at(-1) ?? 'it said nothing';
  const {code, signal} = program.result ?? {};
  return `${program.name} ended (${signal ?? `exit code ${code}`}): ${withoutPaths(line.trim())}`;
}

/** Runs `use` with a folder that is removed afterwards. */
export async function withFolder(use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-load-'));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
    folders.delete(folder);
  }
}
