// What a kind of traffic amounts to: events, messages and connections in a second, before anyone's costs.

/**
 * A kind of traffic, with what is left out filled in:
 *
 * - own: channels that a stream has for itself;  ownRate: events a second on all of them together
 * - fresh: each stream's own channels are new ones, as for the answer of a language model
 * - shared: channels that a stream shares with others;  sharedRate: events a second on each of them
 * - listeners: streams of a shared channel; Infinity: all
 * - live: events are live-only: published by PUBLISH, and not kept;  pipelined: publishers send many at once
 * - size: bytes of an event's data
 * - lifetime: seconds until a stream ends and comes back in the ordinary course of things; Infinity: it stays
 * - heartbeat, ring, ttl: streams.heartbeat, backplane.history.events and .ttl
 */
export const trafficOf = (given) => ({
  own: 0, ownRate: 0, fresh: false, shared: 0, sharedRate: 0, live: false, pipelined: false, size: 200, heartbeat: 15,
  ring: 256, ttl: 3600, ...given, listeners: given.listeners ?? Infinity, lifetime: given.lifetime ?? Infinity,
});

/** What `streams` streams of that traffic ask for, each a number for a second unless it is a number of something. */
export function demandOf(traffic, streams) {
  const {own, ownRate, shared, sharedRate, lifetime, heartbeat} = traffic;
  const listeners = Math.min(traffic.listeners, streams);
  const channels = shared === 0 ? 0 : streams * shared / listeners;
  const perStream = ownRate + shared * sharedRate;
  return {
    deliveries: streams * perStream,
    // A heartbeat is sent after that much silence: on a stream with more events there are none.
    sends: streams * Math.max(perStream, 1 / heartbeat),
    ownEvents: streams * ownRate,
    sharedDeliveries: streams * shared * sharedRate,
    sharedEvents: channels * sharedRate,
    publishes: streams * ownRate + channels * sharedRate,
    ownChannels: streams * own,
    sharedChannels: channels,
    listeners,
    opens: streams / lifetime,
  };
}

/** How many of n instances have at least one of a channel's listeners, if these are spread over them by chance. */
export const reachOf = (listeners, n) => (n <= 1 ? 1 : -n * Math.expm1(listeners * Math.log1p(-1 / n)));

/** Messages a second from Redis to all instances: Redis sends each event once to every instance that has a listener. */
export const messagesOf = (demand, n) => demand.ownEvents + demand.sharedEvents * reachOf(demand.listeners, n);

/** Channels that Redis holds subscriptions for, counted once for every instance. */
export const subscriptionsOf = (demand, n) => demand.ownChannels + demand.sharedChannels * reachOf(demand.listeners, n);

// Events at random times with this rate. The ring exists while the last event is younger than the TTL: with probability
// q = 1 - exp(-rate·ttl). Each event goes on with the ring of the one before it with the same probability, so their number
// is geometric, cut off at the ring's length: (1 - q^ring) / (1 - q) on average.
function steadyRings(rate, {ring, ttl}) {
  if (rate === 0) return {alive: 0, events: 0};
  const gone = Math.exp(-rate * ttl);
  const alive = -Math.expm1(-rate * ttl);
  // Where gaps longer than the TTL hardly ever happen, rings are full.
  const events = gone < 1e-9 ? ring : -Math.expm1(ring * Math.log1p(-gone)) / gone;
  return {alive, events: alive * events};
}

// A channel that is used for one lifetime, and whose ring then stays for the TTL.
function freshRings(rate, {ring, ttl, lifetime}) {
  const published = rate * lifetime;
  const alive = Math.min(1, published) * (lifetime + ttl) / lifetime;
  return {alive, events: alive * Math.max(1, Math.min(ring, published))};
}

/** {rings, events}: the rings in Redis and the events in all of them. */
export function ringsOf(traffic, demand) {
  const {own, ownRate, fresh, sharedRate, live} = traffic;
  if (live) return {rings: 0, events: 0};
  const rate = own === 0 ? 0 : ownRate / own;
  const ownRing = fresh ? freshRings(rate, traffic) : steadyRings(rate, traffic);
  const sharedRing = steadyRings(sharedRate, traffic);
  return {
    rings: demand.ownChannels * ownRing.alive + demand.sharedChannels * sharedRing.alive,
    events: demand.ownChannels * ownRing.events + demand.sharedChannels * sharedRing.events,
  };
}
