// What will happen, all of it decided by the seed: which channels there are, who follows them, who leaves when, what is
// published, which faults come. Times are milliseconds since the soak's begin.
import {randomFrom} from '../support/wait.mjs';
import {faults} from './faults.mjs';

const warmUpMs = 2000;
/** Every so many channels one whose ring holds only a few events: who is away for long is told so by a reset. */
const shortEvery = 8;
export const shortRing = 8;

// Each part has a stream of numbers of its own, so that one more client changes no fault.
const streamOf = (seed, part) => randomFrom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b));

function planChannels({pool}, forgetful) {
  // Where Redis forgets, only a ring that was never cut tells what it still had.
  return Array.from({length: pool}, (_, index) => {
    const ring = !forgetful && index % shortEvery === shortEvery - 1 ? shortRing : undefined;
    return {name: ring ? `short:${index}` : `room:${index}`, ring};
  });
}

function several(random, list, count) {
  const rest = [...list];
  return Array.from({length: count}, () => rest.splice(random.integer(0, rest.length - 1), 1)[0]);
}

function planClients({seed, clients, channels, seconds}, pool) {
  const random = streamOf(seed, 1);
  return Array.from({length: clients}, (_, index) => {
    const absences = [];
    const restless = random.next() < 0.5;
    for (let at = random.integer(0, seconds * 1000); restless && at < seconds * 1000;) {
      const long = random.next() < 0.15;
      const ms = long ? random.integer(5000, 15_000) : random.integer(0, 1500);
      absences.push({at, ms, forget: random.next() < 0.15});
      at += ms + random.integer(2000, 60_000);
    }
    return {
      name: `client ${index}`,
      channels: several(random, pool, channels).map(({name}) => name),
      // Most come through nginx; some go straight to an instance, each time another one.
      direct: random.next() < 0.2,
      choices: random.integer(0, 2 ** 31),
      absences,
    };
  });
}

function planPublications({seed, rate, seconds}, pool) {
  const random = streamOf(seed, 2);
  const list = [];
  for (let at = 0; at < seconds * 1000; at += -Math.log(1 - random.next()) * (1000 / rate)) {
    const channel = random.pick(pool);
    list.push({
      at,
      channel,
      lane: random.integer(0, 2),
      // Only long rings tell afterwards what became of an event whose epoch the answer does not name.
      http: random.next() < 0.2 && !channel.ring,
      keyed: random.next() < 0.95,
      bytes: random.next() < 0.03 ? random.integer(2000, 16_000) : random.integer(8, 120),
    });
  }
  return list;
}

/** Faults of one lane come one after the other; those of different lanes overlap as they like. */
function planFaults({seed, seconds, every, faults: names}) {
  const plan = [];
  const lanes = [...new Set(Object.values(faults).map(({lane}) => lane))];
  lanes.forEach((lane, index) => {
    const random = streamOf(seed, 10 + index);
    const deck = names.filter((name) => faults[name].lane === lane).flatMap((name) => Array(faults[name].weight).fill(name));
    if (deck.length === 0) return;
    const mean = every * 1000 * (faults[deck[0]].pace ?? 1);
    // Cards are drawn until none is left, so that also a short soak sees most kinds.
    let cards = [];
    for (let at = warmUpMs + random.integer(0, mean); at < seconds * 1000 - warmUpMs; at += random.integer(mean / 4, 2 * mean)) {
      if (cards.length === 0) cards = [...deck];
      const [name] = cards.splice(random.integer(0, cards.length - 1), 1);
      plan.push({at, lane, name, with: faults[name].draw?.(random) ?? {}});
    }
  });
  return plan.sort((a, b) => a.at - b.at);
}

export function makePlan(options) {
  const forgetful = options.faults.some((name) => faults[name].forgets);
  const channels = planChannels(options, forgetful);
  return {
    forgetful,
    channels,
    // No ring but the short ones is ever cut: at the end the rings tell what Redis kept.
    ring: Math.max(1000, Math.ceil((options.rate * options.seconds / options.pool) * 4)),
    clients: planClients(options, channels),
    publications: planPublications(options, channels),
    faults: planFaults(options),
  };
}
