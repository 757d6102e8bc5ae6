// What a soak can be told on its command line.
import {faultNames, faultSets, faultsOfWorld} from './faults.mjs';

export const usage = `usage: tests/soak/run [--seconds N] [--seed N] [options]

Three freshetd behind nginx, a Redis, clients that follow channels as EventSource does, a publisher that knows the
truth, and faults that the seed decides. Ends with a table; exit code 1 when a promise was broken.

  --seconds N       how long faults and publications go on           (60)
  --seed N          decides faults, clients, channels, publications  (a new one, which is printed)
  --clients N       streams                                          (200)
  --channels N      channels of each stream                          (4)
  --pool N          channels in all                                  (40)
  --rate N          events published per second                      (60)
  --faults LIST     names and sets, separated by commas; -name takes one out   (default)
  --world KIND      single: one Redis with an append-only file
                    sentinel: primary, two replicas, three sentinels   (the default)
  --min-replicas N  min-replicas-to-write of the primary             (1)
  --every SECONDS   mean time between two faults of a kind of server (4)
  --report FILE     writes the report as JSON, too
  --keep            keeps the folder with the servers' logs also when all is well
  --plan            prints the schedule and runs nothing

$FRESHETD names the daemon to test.

Faults: ${faultNames.join(', ')}
Sets: ${Object.entries(faultSets).map(([name, {about}]) => `${name} (${about})`).join('; ')}
`;

class UsageError extends Error {}

const worlds = ['single', 'sentinel'];
const numbers = ['seconds', 'seed', 'clients', 'channels', 'pool', 'rate', 'every', 'min-replicas'];
const mayBeZero = ['seed', 'min-replicas'];
const texts = ['faults', 'world', 'report'];
const flags = ['keep', 'plan', 'help'];

const defaults = {
  seconds: 60, clients: 200, channels: 4, pool: 40, rate: 60, every: 4, faults: 'default', world: 'sentinel',
  'min-replicas': 1, keep: false,
};

/** The names of the faults that `list` means, in the order in which they are defined. */
export function chosenFaults(list, world) {
  const chosen = new Set();
  for (const word of list.split(',').filter((each) => each !== '')) {
    const name = word.replace(/^-/, '');
    const names = faultSets[name]?.faults ?? [name];
    for (const each of names) {
      if (!faultNames.includes(each)) throw new UsageError(`no such fault: ${each}`);
      if (word.startsWith('-')) chosen.delete(each);
      else chosen.add(each);
    }
  }
  return faultNames.filter((name) => chosen.has(name) && faultsOfWorld[world].includes(name));
}

/** Fills in what is not given; throws a UsageError for what cannot be. */
export function soakOptions(given) {
  const options = {...defaults, seed: Math.floor(Math.random() * 2 ** 31), ...given};
  if (!worlds.includes(options.world)) throw new UsageError(`--world is one of ${worlds.join(', ')}`);
  for (const name of numbers) {
    const least = mayBeZero.includes(name) ? 0 : 1;
    if (!(options[name] >= least)) throw new UsageError(`--${name} takes a number of at least ${least}`);
  }
  if (options.channels > options.pool) throw new UsageError('--channels cannot be more than --pool');
  return {...options, faults: chosenFaults(options.faults, options.world)};
}

/** The options that `words` (of a command line) say; exits with 64 where they make no sense. */
export function parseArguments(words) {
  const given = {};
  try {
    for (let at = 0; at < words.length; at += 1) {
      const name = words[at].replace(/^--/, '');
      if (flags.includes(name)) {
        given[name] = true;
        continue;
      }
      if (!words[at].startsWith('--') || ![...numbers, ...texts].includes(name)) throw new UsageError(`unknown: ${words[at]}`);
      at += 1;
      if (words[at] === undefined) throw new UsageError(`--${name} needs a value`);
      given[name] = numbers.includes(name) ? Number(words[at]) : words[at];
    }
    return soakOptions(given);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(64);
  }
}
