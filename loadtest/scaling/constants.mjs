// The measured constants of the model: loadtest/capacity-constants.json, each with its unit and where it comes from.
import fs from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Where they are kept. */
export const constantsFile = fileURLToPath(new URL('../capacity-constants.json', import.meta.url));

/** Their names and units. Times are CPU time. */
export const units = {
  'instance.delivery': 'µs',
  'instance.first_delivery': 'µs',
  'instance.delivery_per_kib': 'µs',
  'instance.message': 'µs',
  'instance.message_pipelined': 'µs',
  'instance.open': 'µs',
  'instance.return': 'µs',
  'instance.base': 'B',
  'instance.stream': 'B',
  'kernel.socket': 'B',
  'kernel.unix_socket': 'B',
  'redis.idle': 'µs/s',
  'redis.publish': 'µs',
  'redis.publish_pipelined': 'µs',
  'redis.live': 'µs',
  'redis.live_pipelined': 'µs',
  'redis.fanout': 'µs',
  'redis.fanout_pipelined': 'µs',
  'redis.open': 'µs',
  'redis.return': 'µs',
  'redis.subscription': 'B',
  'redis.ring': 'B',
  'redis.ring_event': 'B',
  'nginx.delivery': 'µs',
  'nginx.open': 'µs',
  'nginx.stream': 'B',
  'wire.event': 'B',
  'wire.message': 'B',
};

export class ConstantsError extends Error {}

const written = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** When, where and with what they were measured: {kind, date, machine, versions}. */
export const loadHead = (file = constantsFile) => written(file);

/** {name: where it is from}. */
export const loadSources = (file = constantsFile) => (
  Object.fromEntries(Object.entries(written(file).constants).map(([name, {from}]) => [name, from]))
);

/** {name: number}; a ConstantsError when one is missing, has another unit or is no cost. */
export function loadConstants(file = constantsFile) {
  let constants;
  try {
    ({constants} = written(file));
  } catch (error) {
    throw new ConstantsError(`${file}: ${error.message}`);
  }
  return Object.fromEntries(Object.entries(units).map(([name, unit]) => {
    const {value, unit: its, from} = constants?.[name] ?? {};
    if (!(Number.isFinite(value) && value >= 0)) throw new ConstantsError(`${file}: ${name}: ${value} is no cost`);
    if (its !== unit) throw new ConstantsError(`${file}: ${name}: in ${its}, not ${unit}`);
    if (!from) throw new ConstantsError(`${file}: ${name}: does not say where it is from`);
    return [name, value];
  }));
}
