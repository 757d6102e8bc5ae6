// One run: a fresh Redis, fresh server processes, one sseload. Whatever goes wrong becomes the run's error.
import path from 'node:path';

import {clientArguments, preludesOf, runClient} from './client.mjs';
import {valuesOf} from './measures.mjs';
import {peers, startServer} from './peers.mjs';
import {endOf, withFolder} from './programs.mjs';
import {ringReads, startRedis} from './redis.mjs';

const limitMs = 120_000;

/** The point as this peer does it: one that would take too long gets fewer events. */
function fitted(point, name) {
  const events = point.eventsOf?.[name];
  return events ? {...point, options: {...point.options, events}} : point;
}

/** Starts Redis and the servers, into `started`, and resolves to sseload's report. */
async function reportOf(point, peer, {build, serverCore, clientCore}, folder, started) {
  const redis = await startRedis({core: clientCore, folder});
  started.push(redis);
  const servers = [];
  for (let i = 0; i < (point.processes ?? 1); ++i) {
    servers.push(await startServer(peer, {core: serverCore, redisPort: redis.port, folder, build}));
    started.push(servers.at(-1));
  }
  const client = {binary: path.join(build, 'loadtest/sseload'), core: clientCore, folder, ms: limitMs};
  try {
    for (const args of preludesOf(point, peer, servers)) await runClient({...client, args});
    const report = await runClient({...client, args: clientArguments(point, peer, servers, redis.port)});
    return {...report, ring_reads: await ringReads(redis.port)};
  } catch (error) {
    // A server that is gone explains more than what the client made of it.
    const dead = servers.find((server) => !server.program.running);
    throw dead ? new Error(endOf(dead.program)) : error;
  }
}

/**
 * Measures one point of a work on one peer. `context` is {build, serverCore, clientCore}. Resolves to
 * {work, point, x, peer, repetition, seconds} and either {values, faults, report} or {error}.
 */
export async function measure({work, point, peer: name, repetition}, context) {
  const result = {work: work.name, point: point.name, x: point.x, peer: name, repetition};
  const begin = Date.now();
  const started = [];
  try {
    await withFolder(async (folder) => {
      try {
        result.report = await reportOf(fitted(point, name), peers[name], context, folder, started);
      } finally {
        for (const program of started.reverse()) await program.stop();
      }
    });
    result.values = valuesOf(result.report, work.measures);
    result.faults = result.report.faults;
  } catch (error) {
    result.error = error.message.trim().split('\n')[0].slice(0, 300);
  }
  result.seconds = (Date.now() - begin) / 1000;
  return result;
}
