// The capacity model: what streams cost the instances, Redis and nginx. Costs are the constants', so what it says of 2 or
// of 2,000 processes is computed, never fitted.
import {demandOf, messagesOf, ringsOf, subscriptionsOf} from './traffic.mjs';

const second = 1e6; // µs of CPU time that a core has in a second
const KiB = 1024;
// Constants are measured with events of this size.
const measuredSize = 200;
/**
 * So many deliveries of one message cost more than those that follow in the same turn: what they need is not in the caches
 * yet, and on loopback whoever receives has to be woken.
 */
export const firstDeliveries = 10;
// backplane.history.replay_budget
const logBudget = 64 * KiB * KiB;
// What an event takes in an instance's log besides its data: frame, record, list.
const logOverhead = 150;

// Each KiB beyond the size that was measured, for which the sender's copy pays.
const larger = (constants, size) => Math.max(0, size - measuredSize) / KiB * constants['instance.delivery_per_kib'];

/** Cores that the instances of a fleet use together, without and with the return of all streams. */
function instanceCores(traffic, demand, constants, n, reconnect) {
  const bySize = larger(constants, traffic.size);
  const messages = messagesOf(demand, n);
  // What publishers send at once comes from Redis at once, and everybody is awake already.
  const first = traffic.pipelined
    ? 0
    : demand.ownEvents + Math.min(demand.sharedDeliveries, firstDeliveries * (messages - demand.ownEvents));
  const message = constants[`instance.message${traffic.pipelined ? '_pipelined' : ''}`];
  const cores = (
    // One message from Redis: to wake up, read, decode and encode the frame, whoever listens.
    messages * (message + bySize)
    // One send() for each stream and event, and for each heartbeat.
    + first * constants['instance.first_delivery'] + (demand.sends - first) * constants['instance.delivery']
    + demand.sends * bySize
    + demand.opens * constants['instance.open']
  ) / second;
  return {cores, storm: cores + demand.streams / reconnect * constants['instance.return'] / second};
}

/** Cores that Redis uses: it has one. */
function redisCores(traffic, demand, constants, n, reconnect) {
  const kind = traffic.pipelined ? '_pipelined' : '';
  const publish = constants[`redis.${traffic.live ? 'live' : 'publish'}${kind}`];
  const fanout = constants[`redis.fanout${kind}`];
  const bySize = larger(constants, traffic.size);
  // Streams with channels of their own bring a SUBSCRIBE for each, and when they return a read of its ring.
  const own = demand.streams === 0 ? 0 : demand.ownChannels / demand.streams;
  const publishing = demand.publishes * (publish + bySize) / second;
  const fanningOut = messagesOf(demand, n) * (fanout + bySize) / second;
  // Each instance has the clock published to itself once a second, which is a publication to one.
  const marks = n * (constants['redis.publish'] + constants['redis.fanout']) / second;
  const cores = constants['redis.idle'] / second + publishing + fanningOut + marks
    + demand.opens * own * constants['redis.open'] / second;
  return {
    cores, publishing, fanningOut,
    storm: cores + demand.streams / reconnect * own * constants['redis.return'] / second,
  };
}

/**
 * What a fleet of n instances with one Redis costs when `streams` streams with this traffic are on it.
 * `plan` is {reconnect, …} of the options; without it nobody returns.
 */
export function fleetOf(traffic, constants, streams, n, plan = {reconnect: Infinity}) {
  const demand = {streams, ...demandOf(traffic, streams)};
  const messages = messagesOf(demand, n);
  const {rings, events} = ringsOf(traffic, demand);
  const eventBytes = traffic.size + constants['wire.event'];
  const messageBytes = traffic.size + constants['wire.message'];
  const log = traffic.live ? 0 : Math.min(logBudget, messages / n * traffic.ttl * (traffic.size + logOverhead));
  const ringBytes = rings * constants['redis.ring'] + events * (constants['redis.ring_event'] + traffic.size);
  const subscriptionBytes = subscriptionsOf(demand, n) * constants['redis.subscription'];
  return {
    streams, instances: n,
    rates: {
      deliveries: demand.deliveries, sends: demand.sends, publishes: demand.publishes, messages, opens: demand.opens,
      returns: streams / plan.reconnect,
    },
    instance: {
      ...instanceCores(traffic, demand, constants, n, plan.reconnect),
      userBytes: n * constants['instance.base'] + streams * constants['instance.stream'],
      logBytes: n * log,
      kernelBytes: streams * constants['kernel.socket'],
    },
    redis: {
      ...redisCores(traffic, demand, constants, n, plan.reconnect),
      ringBytes, subscriptionBytes, memoryBytes: ringBytes + subscriptionBytes, rings, events,
      subscriptions: subscriptionsOf(demand, n),
      inBytes: demand.publishes * messageBytes,
      outBytes: messages * messageBytes,
    },
    nginx: {
      cores: (demand.sends * constants['nginx.delivery'] + demand.opens * constants['nginx.open']) / second,
      connections: 2 * streams,
      userBytes: streams * constants['nginx.stream'],
      // The client's end and the upstream's, which is a unix socket; the instance's end of that is the instance's.
      kernelBytes: streams * (constants['kernel.socket'] + constants['kernel.unix_socket']),
    },
    network: {clientBytes: demand.sends * eventBytes},
  };
}
