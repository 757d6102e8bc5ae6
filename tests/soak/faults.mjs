// All faults by name. One fault:
// - about: for a reader;  lane: faults of one lane never overlap;  weight: how often it is drawn
// - pace: how much rarer than others faults of its lane are;  draw(random): its parameters
// - forgets: it makes Redis forget, which justifies resets: only where it is asked for by name
// - run(world, parameters, fault): causes it. fault.lifted() says when the trouble is over and recovery begins (default: when
//   run ends); fault.clientsOf(condition) says whose streams it ends, so that their return is the recovery.
// - world: the only kind of world in which it is possible
import {instanceFaults} from './instance_faults.mjs';
import {redisFaults} from './redis_faults.mjs';
import {sentinelFaults} from './sentinel_faults.mjs';

export const faults = {...redisFaults, ...sentinelFaults, ...instanceFaults};
export const faultNames = Object.keys(faults);

const names = (condition) => faultNames.filter((name) => condition(faults[name]));

export const faultSets = {
  default: {about: 'all that forget nothing', faults: names((fault) => !fault.forgets)},
  all: {about: 'also those that make Redis forget', faults: faultNames},
  none: {about: 'no fault at all', faults: []},
  redis: {about: 'of Redis alone', faults: names((fault) => fault.lane === 'redis' && !fault.forgets)},
  instances: {about: 'of the daemons and nginx', faults: names((fault) => fault.lane !== 'redis')},
};

/** What each kind of world knows how to cause. */
export const faultsOfWorld = {
  single: names((fault) => (fault.world ?? 'single') === 'single'),
  sentinel: names((fault) => (fault.world ?? 'sentinel') === 'sentinel'),
};
