// Names that no name server answers for, for one program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {temporaryFolder} from './freshetd.mjs';
import {run} from './process.mjs';
import {until} from './wait.mjs';

const source = fileURLToPath(new URL('stuck_names.c', import.meta.url));

/** With `env`, every name that ends in `.stuck` is looked up without end; isAsked(name) waits until one is. */
export async function makeStuckNames(t) {
  const folder = temporaryFolder(t);
  const library = path.join(folder, 'stuck_names.so');
  const built = await run('cc', ['-shared', '-fPIC', '-O2', '-o', library, source]);
  assert.equal(built.code, 0, built.stderr);
  // A sanitizer wants to be the first library, which it need not be: it has no part in this one's only function.
  const options = [process.env.ASAN_OPTIONS, 'verify_asan_link_order=0'].filter(Boolean).join(':');
  return {
    env: {LD_PRELOAD: library, STUCK_NAMES_FOLDER: folder, ASAN_OPTIONS: options},
    isAsked: (name) => until(() => fs.existsSync(path.join(folder, name)), `somebody to ask for ${name}`),
  };
}
