// How many of everything: the fewest instances that carry the streams, what a single Redis can carry, and how many fleets
// that makes.
import {fleetOf} from './model.mjs';

const most = 2 ** 40;

/** The smallest integer in [low, high] for which `holds`, which holds from somewhere on; undefined if it never does. */
function firstThat(holds, low, high) {
  if (!holds(high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const busy = ({headroom}) => 1 - headroom;

// Why n instances are too few: an instance has one core, of which `headroom` stays free; all of it may be used while
// everyone returns.
const shortOf = {
  streams: (fleet, plan) => fleet.streams > fleet.instances * plan.streamsPerInstance,
  CPU: (fleet, plan) => fleet.instance.cores > fleet.instances * busy(plan),
  'CPU while all return': (fleet) => fleet.instance.storm > fleet.instances,
};

const reasonsOf = (fleet, plan) => Object.keys(shortOf).filter((reason) => shortOf[reason](fleet, plan));

/** The fewest instances on one Redis: {fleet, because}; undefined when no number is enough. */
export function fewestInstances(traffic, constants, streams, plan) {
  const at = (n) => fleetOf(traffic, constants, streams, n, plan);
  const n = firstThat((candidate) => reasonsOf(at(candidate), plan).length === 0, 1, Math.max(1, streams));
  if (n === undefined) return undefined;
  return {fleet: at(n), because: n === 1 ? undefined : reasonsOf(at(n - 1), plan)[0]};
}

const moreRedis = 'a Redis for each shard of the channels';

/** What one Redis has of each resource, and what moves its wall. More instances move none of these. */
export const walls = {
  'Redis CPU': {
    use: ({redis}, plan) => redis.cores / busy(plan),
    lever: ({redis}, {pipelined, live}) => [
      redis.fanningOut > redis.publishing && 'fewer and fuller instances, since each costs a copy of every shared event',
      !pipelined && 'publishers that pipeline',
      !live && redis.publishing > redis.fanningOut && 'live-only events',
      'fewer, larger events', moreRedis,
    ].filter(Boolean).join('; '),
  },
  'Redis CPU while all return': {
    use: ({redis}) => redis.storm,
    lever: () => `more time to return (streams.retry, drain.period, proxies reloaded one by one); ${moreRedis}`,
  },
  'Redis memory': {
    use: ({redis}, plan) => redis.memoryBytes / plan.redisMemory,
    lever: () => `shorter rings or a shorter TTL (backplane.history), live-only events; more memory; ${moreRedis}`,
  },
  'Redis network': {
    use: ({redis}, plan) => 8 * Math.max(redis.inBytes, redis.outBytes) / (plan.link * busy(plan)),
    lever: () => `smaller events; fewer instances; ${moreRedis}`,
  },
  'CPU of an instance': {
    use: () => 0,
    lever: () => 'fewer events for each stream: a single one asks for more than a core',
  },
};

// The fullest resource of one Redis with so many streams on it; more than 1 is beyond the wall.
function fullest(traffic, constants, streams, plan) {
  const found = fewestInstances(traffic, constants, streams, plan);
  if (!found) return {name: 'CPU of an instance', use: Infinity};
  const uses = Object.entries(walls).map(([name, {use}]) => ({name, use: use(found.fleet, plan), fleet: found.fleet}));
  return uses.reduce((a, b) => (b.use > a.use ? b : a));
}

/** Where the first wall of one Redis stands: {name, streams, lever}: so many streams still fit, one more does not. */
export function firstWall(traffic, constants, plan) {
  const beyond = firstThat((streams) => fullest(traffic, constants, streams, plan).use > 1, 1, most);
  if (beyond === undefined) return undefined;
  const {name, fleet} = fullest(traffic, constants, beyond, plan);
  return {name, streams: beyond - 1, lever: walls[name].lever(fleet, traffic)};
}

/**
 * What `streams` streams need: {shards, wall, fleet, because}. Every shard is a fleet of its own with `fleet` as its
 * largest: one Redis, its instances, its part of the streams and of the channels that these listen to. Channels that
 * everyone listens to are published to each shard. Without `fleet`, nothing carries this traffic.
 */
export function planOf(traffic, constants, streams, plan) {
  const wall = firstWall(traffic, constants, plan);
  if (wall?.streams === 0) return {shards: undefined, wall};
  const shards = wall ? Math.ceil(streams / wall.streams) : 1;
  return {shards, wall, ...fewestInstances(traffic, constants, Math.ceil(streams / shards), plan)};
}
