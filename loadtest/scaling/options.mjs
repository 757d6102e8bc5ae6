// The command line of loadtest/capacity.
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {profiles} from './profiles.mjs';
import {trafficOf} from './traffic.mjs';

export const usage = `usage: loadtest/capacity [--profile NAME] [--streams N] [option …] [--json]
       loadtest/capacity --docs
       loadtest/capacity --measure [--quick] [--build DIR] [--out DIR]

Computes what so many streams need, from costs measured on one machine: see docs/scaling.md. Numbers may end in k, M or G.

Traffic; the defaults are those of the profile.
  --profile NAME      ${Object.keys(profiles).join(', ')} (default: quiet)
  --streams N         open at the same time (default: 100k)
  --own C             channels that each stream has for itself
  --own-rate R        events a second on each stream's own channels together
  --fresh             they are new ones for each stream, as for the answer of a language model
  --shared C          channels that each stream shares with others
  --shared-rate R     events a second on each shared channel
  --listeners L|all   streams that a shared channel has
  --size BYTES        of an event's data
  --lifetime S|none   how long a stream stays before it is opened again
  --live              events are live-only: PUBLISH, nothing is kept
  --pipelined         publishers send many events at once; without: one event, one call
  --heartbeat S, --ring N, --ttl S   streams.heartbeat (15), backplane.history.events (256) and .ttl (3600)

Plan
  --reconnect S       everyone may be cut off and must be back within this time (default: 60)
  --headroom F        part of each core and link that stays free (default: 0.5)
  --streams-per-instance N   at most (default: 50k)
  --redis-memory GIB  of one Redis (default: 64)
  --link GBITS        network of one Redis, Gbit/s (default: 10)

  --json              everything that was computed, instead of a table
  --docs              write the tables of docs/scaling.md anew
  --constants FILE    default: loadtest/capacity-constants.json

  --measure           measure the costs on this machine, about three minutes on two quiet cores; writes
                      capacity-constants.json, what 1, 2 and 3 processes did to capacity-points.json, and the
                      tables of docs/scaling.md. Installs what is missing and builds the release preset first
  --quick             a fraction of the clients and of the time, to see that it works; --out is build/loadtest then
  --build DIR         measure the binaries of this build folder, and build nothing
  --out DIR           write the two files there, and leave docs/scaling.md alone
`;

// What says nothing shall not replace what does.
const quickOut = fileURLToPath(new URL('../../build/loadtest', import.meta.url));

export class UsageError extends Error {}

const factors = {'': 1, k: 1e3, M: 1e6, G: 1e9};

function number(name, text, {least = 0, integer = false, most = Infinity} = {}) {
  const [, digits, suffix] = text.match(/^(\d+(?:\.\d+)?(?:e-?\d+)?)([kMG]?)$/) ?? [];
  const value = Number(digits) * factors[suffix];
  if (!Number.isFinite(value)) throw new UsageError(`--${name}: ${text} is not a number`);
  if (value < least || value > most) {
    throw new UsageError(`--${name}: ${text} is ${value < least ? `less than ${least}` : `more than ${most}`}`);
  }
  if (integer && !Number.isInteger(value)) throw new UsageError(`--${name}: ${text} is not a whole number`);
  return value;
}

const count = {least: 1, most: 1e10, integer: true};
const positive = {least: 0.001, most: 1e9};

// Option, field of the traffic, what it must be, the word that means Infinity.
const trafficOptions = [
  ['own', 'own', {integer: true, most: 10_000}], ['own-rate', 'ownRate', {most: 1e6}],
  ['shared', 'shared', {integer: true, most: 10_000}], ['shared-rate', 'sharedRate', {most: 1e6}],
  ['listeners', 'listeners', count, 'all'], ['size', 'size', {least: 1, most: 512 * 2 ** 20, integer: true}],
  ['lifetime', 'lifetime', positive, 'none'], ['heartbeat', 'heartbeat', {least: 1, most: 3600}],
  ['ring', 'ring', {least: 1, most: 1e6, integer: true}], ['ttl', 'ttl', {least: 1, most: 1e9}],
];

function trafficFrom(values) {
  const profile = profiles[values.profile ?? 'quiet'];
  if (!profile) throw new UsageError(`--profile: no ${values.profile}; there are ${Object.keys(profiles).join(', ')}`);
  const given = {...profile.traffic};
  for (const [name, field, bounds, endless] of trafficOptions) {
    const text = values[name];
    if (text !== undefined) given[field] = endless && text === endless ? Infinity : number(name, text, bounds);
  }
  for (const name of ['fresh', 'live', 'pipelined']) if (values[name]) given[name] = true;
  const traffic = trafficOf(given);
  if (traffic.own === 0 && traffic.ownRate > 0) {
    if (values['own-rate'] !== undefined) throw new UsageError('--own-rate: the streams have no channels of their own: --own');
    traffic.ownRate = 0;
  }
  if (traffic.shared === 0 && traffic.sharedRate > 0) {
    if (values['shared-rate'] !== undefined) throw new UsageError('--shared-rate: the streams share no channels: --shared');
    traffic.sharedRate = 0;
  }
  if (traffic.fresh && traffic.own > 0 && traffic.lifetime === Infinity) {
    throw new UsageError('--fresh: streams that never end have no new channels: --lifetime');
  }
  return traffic;
}

const text = (...names) => Object.fromEntries(names.map((name) => [name, {type: 'string'}]));
const flag = (...names) => Object.fromEntries(names.map((name) => [name, {type: 'boolean'}]));

const only = (values, name, others) => {
  const other = Object.keys(values).find((given) => given !== name && !others.includes(given));
  if (other) throw new UsageError(`--${name} and --${other} do not go together`);
};

/** {help} | {measure, quick, build, out} | {docs, constants} | {traffic, streams, plan, json, constants}. */
export function parseOptions(args) {
  let values;
  try {
    ({values} = parseArgs({args, options: {
      ...text('profile', 'streams', 'reconnect', 'headroom', 'streams-per-instance', 'redis-memory', 'link', 'constants', 'build',
        'out', ...trafficOptions.map(([name]) => name)),
      ...flag('fresh', 'live', 'pipelined', 'json', 'docs', 'measure', 'quick'), help: {type: 'boolean', short: 'h'},
    }}));
  } catch (error) {
    throw new UsageError(error.message);
  }
  if (values.help) return {help: true};
  if (values.measure) {
    only(values, 'measure', ['quick', 'build', 'out']);
    const quick = values.quick ?? false;
    return {measure: true, quick, build: values.build, out: values.out ?? (quick ? quickOut : undefined)};
  }
  for (const name of ['quick', 'build', 'out']) if (values[name]) throw new UsageError(`--${name} goes with --measure`);
  if (values.docs) {
    only(values, 'docs', ['constants']);
    return {docs: true, constants: values.constants};
  }
  const bounded = (name, otherwise, bounds) => (values[name] === undefined ? otherwise : number(name, values[name], bounds));
  return {
    json: values.json ?? false, constants: values.constants, traffic: trafficFrom(values),
    streams: bounded('streams', 1e5, count),
    plan: {
      ...defaultPlan,
      reconnect: bounded('reconnect', defaultPlan.reconnect, positive),
      headroom: bounded('headroom', defaultPlan.headroom, {least: 0, most: 0.95}),
      streamsPerInstance: bounded('streams-per-instance', defaultPlan.streamsPerInstance, count),
      redisMemory: bounded('redis-memory', defaultPlan.redisMemory / 2 ** 30, positive) * 2 ** 30,
      link: bounded('link', defaultPlan.link / 1e9, positive) * 1e9,
    },
  };
}

/** Seconds, part of a core, streams, bytes and bits a second. */
export const defaultPlan = {
  reconnect: 60, headroom: 0.5, streamsPerInstance: 50_000, redisMemory: 64 * 2 ** 30, link: 10e9,
};
