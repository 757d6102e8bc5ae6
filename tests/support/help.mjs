// What the programs of the build say of themselves with --help.
import assert from 'node:assert/strict';
import path from 'node:path';

import {binary} from './freshetd.mjs';
import {run} from './process.mjs';

/** The programs of the build that the daemon under test comes from, by name. */
const program = (name) => (name === 'freshetctl' ? process.env.FRESHETCTL ?? path.join(path.dirname(binary()), 'ctl', name) : binary());

/** The long options, the subcommands and the whole text of `NAME [COMMAND…] --help`. */
export async function helpOf(name, ...commands) {
  const {code, stdout, stderr} = await run(program(name), [...commands, '--help']);
  assert.deepEqual([code, stderr], [0, ''], stdout);
  const [head, list = ''] = stdout.split(/^Subcommands:$/m);
  return {
    text: stdout,
    options: [...head.matchAll(/^ {2}(?:-\w,)?(--[\w-]+)/gm)].map(([, option]) => option).sort(),
    subcommands: [...list.matchAll(/^ {2}(\w+) /gm)].map(([, command]) => command).sort(),
  };
}
