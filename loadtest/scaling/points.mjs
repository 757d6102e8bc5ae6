// What 1, 2 and 3 processes do with the same traffic, to hold the model's predictions against.
import fs from 'node:fs';
import {fileURLToPath} from 'node:url';

import {fleetOf} from './model.mjs';
import {onStage} from './stage.mjs';
import {trafficOf} from './traffic.mjs';

/** Where they are kept. */
export const pointsFile = fileURLToPath(new URL('../capacity-points.json', import.meta.url));

export const loadPoints = (file = pointsFile) => JSON.parse(fs.readFileSync(file, 'utf8')).points;

export const processes = [1, 2, 3];

/** {name: {title, mode, channels, streams, rate, traffic}}: rate is of all events together, each of 200 B, one by one. */
export const kindsOf = (scale) => {
  const streams = Math.round(6000 * scale.streams);
  // Ten streams to a channel. Streams go to processes and to channels in turn: with a common factor of the two, a channel
  // would not come to all processes.
  const channels = 6 * Math.round(streams / 60) + 1;
  return {
    own: {
      title: 'a channel each', mode: 'per-user', channels: streams, streams, rate: 1000, traffic: {own: 1, ownRate: 1000 / streams},
    },
    wide: {title: 'one channel for all', mode: 'broadcast', channels: 1, streams, rate: 10, traffic: {shared: 1, sharedRate: 10}},
    shared: {
      title: 'channels of ten', mode: 'per-user', channels, streams, rate: 1000,
      traffic: {shared: 1, sharedRate: 1000 / channels, listeners: streams / channels},
    },
  };
};

/** Heartbeats and new streams do not come in the time that is measured. */
export const pointTraffic = (traffic) => trafficOf({...traffic, heartbeat: Infinity});

/** Measures one: {name, title, processes, streams, traffic, measured}; cores are CPU seconds for a second's events. */
export function measurePoint(name, n, scale, context, idle) {
  const {title, mode, streams, channels, rate, traffic} = kindsOf(scale)[name];
  const seconds = 3 * scale.seconds;
  const events = Math.round(rate * seconds);
  return onStage({...context, processes: n}, async ({load}) => {
    const {usage, ...report} = await load(mode, {connections: streams, channels, rate, events, size: 200, settle: 0.3});
    const {memory, cpu_s: cpu} = report.server;
    return {
      name, title, processes: n, streams, traffic,
      measured: {
        deliveries_per_s: report.deliveries_per_s,
        instance_cores: cpu / seconds,
        // At a few events a second it is lost in what Redis does anyway.
        redis_cores: rate >= 1000 ? usage.each('lpush', events, idle) * rate / 1e6 : null,
        user_bytes: memory.connected.written_bytes,
      },
    };
  });
}

/** What the model says of a point, with the same names as `measured`. */
export function predict({streams, processes: n, traffic}, constants) {
  const fleet = fleetOf(pointTraffic(traffic), constants, streams, n);
  return {
    deliveries_per_s: fleet.rates.deliveries,
    instance_cores: fleet.instance.cores,
    redis_cores: fleet.redis.cores - constants['redis.idle'] / 1e6,
    user_bytes: fleet.instance.userBytes,
  };
}
