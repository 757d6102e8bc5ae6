import {startFreshetd} from './freshetd.mjs';
import {startRedis} from './redis.mjs';

/** A Redis without our functions (the daemon loads them) and a daemon on it; options are startFreshetd's. */
export async function startBoth(t, {redisArgs = [], ...options} = {}) {
  const redis = await startRedis(t, {functions: false, args: redisArgs});
  const daemon = await startFreshetd(t, {redis: redis.url, ...options});
  return {redis, daemon};
}
