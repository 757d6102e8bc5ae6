// A wall clock of its own for one program, which a test may set while the program runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {temporaryFolder} from './freshetd.mjs';
import {run} from './process.mjs';

const source = fileURLToPath(new URL('clock_shift.c', import.meta.url));

/** `env` is for the program; set(seconds) shifts its clock against the real one. */
export async function startShiftedClock(t) {
  const folder = temporaryFolder(t);
  const library = path.join(folder, 'clock_shift.so');
  const file = path.join(folder, 'seconds');
  const built = await run('cc', ['-shared', '-fPIC', '-O2', '-o', library, source]);
  assert.equal(built.code, 0, built.stderr);
  const set = (seconds) => {
    // Never a moment without the file: the program reads it at every look at the clock.
    fs.writeFileSync(`${file}.new`, String(seconds));
    fs.renameSync(`${file}.new`, file);
  };
  set(0);
  return {env: {LD_PRELOAD: library, CLOCK_SHIFT_FILE: file}, set};
}
