// What was computed, for people and as JSON.
import {table} from '../comparison/tables.mjs';

/** Three digits that count: "1.23 M". */
function shown(value, unit, steps) {
  const [name, size] = steps.findLast(([, least]) => value >= least) ?? steps[0];
  const scaled = value / size;
  const digits = scaled >= 100 || Number.isInteger(scaled) ? 0 : scaled >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${name}${unit}`.trim();
}

const thousands = [['', 1], ['k', 1e3], ['M', 1e6], ['G', 1e9], ['T', 1e12]];
const binary = [['', 1], ['Ki', 2 ** 10], ['Mi', 2 ** 20], ['Gi', 2 ** 30], ['Ti', 2 ** 40], ['Pi', 2 ** 50]];

export const shownNumber = (value) => shown(value, '', thousands);
export const shownBytes = (value) => shown(value, 'B', binary);
const shownBits = (bytes) => shown(8 * bytes, 'bit/s', thousands);
const whole = (value) => Math.round(value).toLocaleString('en-US');
const shownCores = (cores) => (cores < 0.01 ? '< 0.01' : cores < 10 ? cores.toFixed(2) : whole(cores));

// TCP has so many ports for each address of an upstream, by default: net.ipv4.ip_local_port_range.
const portsPerUpstream = 28_232;
// fs.nr_open, by default.
const filesPerProcess = 2 ** 20;

/** Everything, in base units: numbers a second, cores, bytes. Without `fleets`, nothing carries the traffic. */
export function resultOf({traffic, streams, plan}, planned, constants) {
  const {shards, fleet, wall, because} = planned;
  // JSON has no Infinity.
  const finite = Object.fromEntries(Object.entries(traffic).map(([name, value]) => [name, value === Infinity ? null : value]));
  const result = {streams, traffic: finite, plan, wall: wall ?? null};
  if (!fleet) return result;
  const cores = (used) => shards * used;
  const opened = fleet.rates.returns * shards;
  const nginxStorm = shards * fleet.nginx.cores + opened * constants['nginx.open'] / 1e6;
  return {
    ...result,
    fleets: shards,
    rates: Object.fromEntries(Object.entries(fleet.rates).map(([name, value]) => [`${name}_per_s`, shards * value])),
    instances: {
      count: shards * fleet.instances, because: because ?? null, streams_each: Math.ceil(fleet.streams / fleet.instances),
      cores: cores(fleet.instance.cores), cores_while_all_return: cores(fleet.instance.storm),
      user_bytes: cores(fleet.instance.userBytes), log_bytes: cores(fleet.instance.logBytes),
      kernel_bytes: cores(fleet.instance.kernelBytes),
    },
    redis: {
      servers: shards, cores_each: fleet.redis.cores, cores_each_while_all_return: fleet.redis.storm,
      memory_bytes_each: fleet.redis.memoryBytes, ring_bytes_each: fleet.redis.ringBytes,
      subscription_bytes_each: fleet.redis.subscriptionBytes, rings_each: fleet.redis.rings,
      subscriptions_each: fleet.redis.subscriptions, connections_each: 2 * fleet.instances,
      in_bytes_per_s_each: fleet.redis.inBytes, out_bytes_per_s_each: fleet.redis.outBytes,
    },
    nginx: {
      workers: Math.ceil(Math.max(
        1, cores(fleet.nginx.cores) / (1 - plan.headroom), nginxStorm, cores(fleet.nginx.connections) / filesPerProcess,
      )),
      cores: cores(fleet.nginx.cores), cores_while_all_return: nginxStorm, connections: cores(fleet.nginx.connections),
      user_bytes: cores(fleet.nginx.userBytes), kernel_bytes: cores(fleet.nginx.kernelBytes),
      ports_per_instance: Math.ceil(fleet.streams / fleet.instances),
      tcp_upstreams_suffice: fleet.streams / fleet.instances <= portsPerUpstream,
    },
    network: {to_clients_bytes_per_s: shards * fleet.network.clientBytes},
  };
}

/** Where the wall stands. */
export const wallText = (wall) => (wall ? `${wall.name}, beyond ${shownNumber(wall.streams)} streams` : 'none');

/** A table for one plan. */
export function report(result) {
  const {streams, wall, rates, instances, redis, nginx, network, fleets} = result;
  if (!fleets) return `No number of instances carries this: ${wall.name}. What moves it: ${wall.lever}.\n`;
  const rows = [
    ['events to clients', `${shownNumber(rates.deliveries_per_s)}/s, with heartbeats ${shownNumber(rates.sends_per_s)}/s`],
    ['events from publishers', `${shownNumber(rates.publishes_per_s)}/s`],
    ['messages to instances', `${shownNumber(rates.messages_per_s)}/s`],
    ['streams opened', `${shownNumber(rates.opens_per_s)}/s; while all return ${shownNumber(rates.returns_per_s)}/s`],
    ['fleets', `${whole(fleets)}, each with a Redis of its own`],
    ['instances', `${whole(instances.count)} with ${whole(instances.streams_each)} streams each`
      + (instances.because ? `, for their ${instances.because}` : '')],
    ['their cores', `${shownCores(instances.cores)}; while all return ${shownCores(instances.cores_while_all_return)}`],
    ['their memory', `user space ${shownBytes(instances.user_bytes)}, recent events up to `
      + `${shownBytes(instances.log_bytes)}, kernel ${shownBytes(instances.kernel_bytes)}`],
    ['each Redis: cores', `${shownCores(redis.cores_each)} of its one; while all return `
      + shownCores(redis.cores_each_while_all_return)],
    ['each Redis: memory', `${shownBytes(redis.memory_bytes_each)}: ${shownNumber(redis.rings_each)} rings `
      + `${shownBytes(redis.ring_bytes_each)}, subscriptions ${shownBytes(redis.subscription_bytes_each)}`],
    ['each Redis: network', `in ${shownBits(redis.in_bytes_per_s_each)}, out ${shownBits(redis.out_bytes_per_s_each)}`],
    ['nginx', `${whole(nginx.workers)} workers, ${shownCores(nginx.cores)} cores, worker_connections `
      + `${shownNumber(nginx.connections / nginx.workers)} each`],
    ['nginx: memory', `user space ${shownBytes(nginx.user_bytes)}, kernel ${shownBytes(nginx.kernel_bytes)}`],
    ['nginx: ports', `${whole(nginx.ports_per_instance)} for each instance over TCP, `
      + (nginx.tcp_upstreams_suffice ? 'which an address has' : 'more than an address has: unix sockets')],
    ['network to clients', shownBits(network.to_clients_bytes_per_s)],
    ['first wall of one Redis', wallText(wall)],
    ...(wall ? [['what moves it', wall.lever]] : []),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [['streams', shownNumber(streams)], ...rows].map(([name, text]) => `${name.padEnd(width)}${text}\n`).join('');
}

const cells = (result) => (result.fleets ? [
  whole(result.fleets), whole(result.instances.count), shownCores(result.instances.cores),
  `${shownBytes(result.instances.user_bytes)} + ${shownBytes(result.instances.kernel_bytes)}`,
  `${shownCores(result.redis.cores_each)}, ${shownBytes(result.redis.memory_bytes_each)}`,
  `${whole(result.nginx.workers)}, ${shownBytes(result.nginx.user_bytes + result.nginx.kernel_bytes)}`,
  shownBits(result.network.to_clients_bytes_per_s),
] : ['–', '–', '–', '–', '–', '–', '–']);

/** A table with a row for each result of one kind of traffic. */
export function comparisonTable(results) {
  const head = ['Streams', 'Redis', 'Instances', 'Cores in use', 'Their memory: user + kernel', 'Each Redis: core, memory',
    'nginx: workers, memory', 'To clients'];
  const rows = results.map((result) => [shownNumber(result.streams), ...cells(result)]);
  const [{wall}] = results;
  return `${table(head, rows)}\n\n${wall
    ? `First wall of one Redis: **${wall.name}**, beyond ${shownNumber(wall.streams)} streams. What moves it: ${wall.lever}.`
    : 'One Redis has no wall here.'}`;
}
