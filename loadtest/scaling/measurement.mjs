// loadtest/capacity --measure: every constant and every point, and the files that they are kept in.
import fs from 'node:fs';
import path from 'node:path';

import {build, BuildError} from '../comparison/build.mjs';
import {cores} from '../comparison/cores.mjs';
import {describeMachine} from '../comparison/machine.mjs';
import {groupBy, median} from '../comparison/statistics.mjs';
import {constantsFile, units} from './constants.mjs';
import {firstDeliveries} from './model.mjs';
import {kindsOf, measurePoint, pointsFile, pointTraffic, processes} from './points.mjs';
import * as probes from './probes.mjs';
import {demandOf} from './traffic.mjs';

const scales = {quick: {streams: 0.2, seconds: 0.5, repetitions: 1}, full: {streams: 1, seconds: 1, repetitions: 3}};

const given = {
  'kernel.unix_socket': [2458, 'one end of a unix socket, slab; found by trying, not by --measure'],
  'wire.event': [101, 'computed: id, data and chunk of an event with an id (35 B), Ethernet, IP and TCP headers (66 B)'],
  'wire.message': [160, 'computed: RESP, a channel of 16 B, head of the record (94 B), Ethernet, IP and TCP headers (66 B)'],
};

// What each run is, for whoever reads the constants.
const sources = {
  idleRedis: 'Redis with one instance and no streams',
  opening: 'streams that open and stay silent, a channel each',
  returning: 'streams that return with Last-Event-ID to an instance that is new to their channels, one event missed',
  points: 'one process: events that come one by one to 1, to 10 and to all streams',
  flood: 'as many events as one process takes, to a channel each, less a delivery',
  larger: 'a broadcast of events of 8 KiB more',
  single: 'a thousand events a second, one by one, to 1 and to 9 subscribers',
  publish: 'one process: a thousand events a second, one by one, to a channel each, less one subscriber',
  pipelined: 'publications in batches of 200, to none and to 8 subscribers',
  rings: '1 and 21 events in each ring',
  nginx: 'a paced broadcast through one nginx process, TCP to both sides, no TLS',
};

/** The best of what a machine with other things to do lets us see: a run that fails is made once more. */
async function attempt(name, say, use) {
  const begin = Date.now();
  try {
    return await use();
  } catch (error) {
    say(`${name}: ${error.message.split('\n')[0]}; once more`);
    return await use();
  } finally {
    say(`${name}: ${((Date.now() - begin) / 1000).toFixed(0)} s`);
  }
}

// The costs of a message and of its deliveries, from what one process needs for an event that comes to one stream, to the
// first few, and to all.
function instanceCosts([own, few, all]) {
  const each = ({measured, traffic, streams}) => {
    const {ownEvents, sharedEvents} = demandOf(pointTraffic(traffic), streams);
    return measured.instance_cores * 1e6 / (ownEvents + sharedEvents);
  };
  const listeners = few.traffic.listeners;
  const first = Math.max(0, (each(few) - each(own)) / (listeners - 1));
  const message = Math.max(0, each(own) - first);
  return {
    'instance.message': message, 'instance.first_delivery': first,
    'instance.delivery': Math.max(0, (each(all) - message - firstDeliveries * first) / (all.streams - firstDeliveries)),
  };
}

// The point that several runs of it make.
function medianPoint(runs) {
  const measured = Object.keys(runs[0].measured).map((name) => [name, median(runs.map((one) => one.measured[name])) ?? null]);
  return {...runs[0], measured: Object.fromEntries(measured)};
}

function write(file, content) {
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 1)}\n`);
  fs.renameSync(`${file}.new`, file);
}

/** Measures everything, and writes both files into `out`. */
export async function measureAll({quick, build: folder, out}, say) {
  const binaries = folder ? path.resolve(folder) : build();
  for (const binary of ['daemon/freshetd', 'loadtest/sseload']) {
    if (!fs.existsSync(path.join(binaries, binary))) throw new BuildError(`--build: no ${binary} in ${folder}`);
  }
  const begin = Date.now();
  const scale = scales[quick ? 'quick' : 'full'];
  const context = {build: binaries, ...cores()};
  const constants = {};
  const take = (values, source) => {
    for (const [name, value] of Object.entries(values)) {
      constants[name] = {value: Number(value.toPrecision(4)), unit: units[name], from: source};
    }
  };
  const value = (name) => constants[name].value;
  const probe = async (name, known = {}) => (
    take(await attempt(name, say, () => probes[name](scale, context, known)), `measured: ${sources[name]}`)
  );

  await probe('idleRedis');
  const idle = value('redis.idle');
  const runs = [];
  for (let i = 0; i < scale.repetitions; ++i) {
    for (const name of Object.keys(kindsOf(scale))) {
      for (const n of processes) {
        const title = `${name}, ${n} process${n > 1 ? 'es' : ''}`;
        runs.push(await attempt(title, say, () => measurePoint(name, n, scale, context, idle)));
      }
    }
  }
  const points = [...groupBy(runs, ({name, processes: n}) => `${name} ${n}`).values()].map(medianPoint);
  const alone = ['own', 'shared', 'wide'].map((name) => points.find((point) => point.name === name && point.processes === 1));
  const [own] = alone;
  take(instanceCosts(alone), `measured: ${sources.points}`);
  await probe('single', {idle});
  const redisEach = own.measured.redis_cores * 1e6 / (own.streams * own.traffic.ownRate);
  take({'redis.publish': Math.max(0, redisEach - value('redis.fanout'))}, `measured: ${sources.publish}`);
  await probe('pipelined');
  await probe('opening', {idle});
  await probe('returning', {idle});
  await probe('flood', {delivery: value('instance.delivery')});
  await probe('larger', {delivery: value('instance.delivery')});
  await probe('rings');
  await probe('nginx');
  for (const [name, [known, from]] of Object.entries(given)) constants[name] = {value: known, unit: units[name], from};

  const {machine, versions: {freshetd, compiler, Redis, nginx}} = await describeMachine(binaries);
  const head = {
    kind: quick ? 'quick' : 'full', date: new Date().toISOString().slice(0, 10), machine,
    versions: {freshetd, compiler, Redis, nginx},
  };
  const target = (file) => (out ? path.join(out, path.basename(file)) : file);
  if (out) fs.mkdirSync(out, {recursive: true});
  const ordered = Object.fromEntries(Object.keys(units).map((name) => [name, constants[name]]));
  write(target(constantsFile), {...head, constants: ordered});
  write(target(pointsFile), {...head, points});
  for (const file of [constantsFile, pointsFile]) process.stdout.write(`${path.relative('', target(file))}\n`);
  say(`${((Date.now() - begin) / 60_000).toFixed(1)} min`);
}
