// A Redis, freshetd processes and sseload for one measurement: all gone when it ends.
import path from 'node:path';

import {clientArguments, runClient} from '../comparison/client.mjs';
import {faultsOf} from '../comparison/faults.mjs';
import {peers, startServer} from '../comparison/peers.mjs';
import {withFolder} from '../comparison/programs.mjs';
import {startRedis} from '../comparison/redis.mjs';
import {RedisLink} from './redis_link.mjs';
import {RedisUsage} from './redis_usage.mjs';

const limitMs = 120_000;
const peer = {...peers.freshetd, env: {FRESHET_LOG_LEVEL: 'info'}};

/** A process that has given back what only its start has needed: it does so just before it says that it is ready. */
async function startOne(options) {
  const server = await startServer(peer, options);
  try {
    await server.program.output(/\bready$/m);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/**
 * Runs `use` with a stage: {folder, redis, servers, link, load(mode, options, servers)}. `load` runs sseload against the
 * servers, or others that it is given, and resolves to its report with `usage`, the RedisUsage of the run, in it. Events
 * that are lost or repeated are an error: what was measured then is worth nothing.
 */
export function onStage({processes = 1, build, serverCore, clientCore}, use) {
  return withFolder(async (folder) => {
    const started = [];
    const begin = async (starting) => {
      started.push(await starting);
      return started.at(-1);
    };
    const links = [];
    const connect = async (port) => {
      links.push(await RedisLink.open(port));
      return links.at(-1);
    };
    try {
      const redis = await begin(startRedis({core: clientCore, folder}));
      const servers = [];
      for (let i = 0; i < processes; ++i) {
        servers.push(await begin(startOne({core: serverCore, redisPort: redis.port, folder, build})));
      }
      const load = async (mode, options, against = servers) => {
        const usage = new RedisUsage(redis.program.pid, await connect(redis.port));
        await usage.take();
        const report = await runClient({
          binary: path.join(build, 'loadtest/sseload'), core: clientCore, folder, ms: limitMs,
          args: clientArguments({mode, options}, peer, against, redis.port),
        });
        await usage.stop();
        if (!report.ok) throw new Error(`sseload ${mode}: ${faultsOf([report])}`);
        return {...report, usage};
      };
      return await use({
        folder, redis, servers, load, begin, serverCore, clientCore, link: await connect(redis.port),
        usage: async () => new RedisUsage(redis.program.pid, await connect(redis.port)),
      });
    } finally {
      for (const link of links) link.close();
      for (const program of started.reverse()) await program.stop();
    }
  });
}
