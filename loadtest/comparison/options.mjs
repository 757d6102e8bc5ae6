// The command line of loadtest/compare.
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

import {peers} from './peers.mjs';
import {worksOf} from './works.mjs';

/** How much is done: factors on the numbers of clients and on durations, and repetitions. */
export const kinds = {
  quick: {scale: {connections: 0.2, seconds: 0.5}, repetitions: 1},
  full: {scale: {connections: 1, seconds: 1}, repetitions: 3},
};

const works = worksOf(kinds.full.scale).map(({name}) => name);

export const usage = `usage: loadtest/compare [--quick|--full] [--only WORK,…] [--peers PEER,…] [--out DIR] [--docs]
       loadtest/compare --from DIR [--docs]

Runs freshetd and its peers side by side: each server on one core, client and Redis on the other; writes results.json,
report.md and plots. Installs what is missing (Debian packages, npm packages) and builds the release preset first.

  --quick          a fifth of the clients, one repetition: minutes (the default)
  --full           everything, three repetitions: the figures of docs/performance.md; half an hour on a quiet machine
  --only WORK,…    ${works.join(', ')}
  --peers PEER,…   ${Object.keys(peers).join(', ')}; the reference of a work always runs
  --repetitions N  other than --quick's or --full's
  --out DIR        default: build/loadtest
  --build DIR      measure the binaries of this build folder, and build nothing
  --docs           refresh the tables and plots of docs/performance.md, too
  --from DIR       run nothing; write report, plots and, with --docs, the page anew from the results.json there
`;

export class UsageError extends Error {}

function listOf(text, known, option) {
  if (text === undefined) return known;
  const names = text.split(',').filter(Boolean);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new UsageError(`${option}: no ${unknown}; there are ${known.join(', ')}`);
  return names;
}

export function parseOptions(args) {
  let values;
  try {
    ({values} = parseArgs({args, options: {
      quick: {type: 'boolean'}, full: {type: 'boolean'}, docs: {type: 'boolean'}, help: {type: 'boolean', short: 'h'},
      only: {type: 'string'}, peers: {type: 'string'}, out: {type: 'string'}, from: {type: 'string'}, build: {type: 'string'},
      repetitions: {type: 'string'},
    }}));
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (values.quick && values.full) throw new UsageError('--quick or --full, not both');
  if (values.from && !fs.existsSync(path.join(values.from, 'results.json'))) {
    throw new UsageError(`--from: no results.json in ${values.from}`);
  }
  const kind = values.full ? 'full' : 'quick';
  const repetitions = Number(values.repetitions ?? kinds[kind].repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new UsageError('--repetitions: a positive number');
  return {
    help: values.help, docs: values.docs ?? false, from: values.from, out: values.out, build: values.build,
    kind, scale: kinds[kind].scale, repetitions,
    only: listOf(values.only, works, '--only'), peers: listOf(values.peers, Object.keys(peers), '--peers'),
  };
}
