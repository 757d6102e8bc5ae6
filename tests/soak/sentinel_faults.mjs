// Faults of a primary with replicas and sentinels.
import {masterName} from '../support/sentinel.mjs';
import {sleep, until} from '../support/wait.mjs';
import {withConnection} from './redis_faults.mjs';

const electionMs = 20_000;

/** Kills the primary, waits for another one, and starts it again: as a primary without followers, until the sentinels tell it. */
async function replacePrimary(world, fault, {ms}) {
  const old = await world.redis.primary();
  await old.kill9();
  try {
    await world.redis.promoted(old, electionMs);
    fault.lifted();
    await sleep(ms);
  } finally {
    await old.start();
  }
}

/** Cuts the replicas off for a while: what is written meanwhile is lost with the primary. */
async function loseWrites(world, fault, {cutMs, ms}) {
  const primary = await world.redis.primary();
  const replicas = world.redis.servers.filter((server) => server !== primary && server.program.running);
  const setPassword = (password) => Promise.all(replicas.map((server) =>
    withConnection(server, (client) => client.config('SET', 'masterauth', password))));
  // A password that the primary does not know.
  await setPassword('wrong');
  try {
    await withConnection(primary, async (client) => {
      await client.config('SET', 'min-replicas-to-write', '0');
      await client.call('CLIENT', 'KILL', 'TYPE', 'replica');
    });
    await sleep(cutMs);
    await replacePrimary(world, fault, {ms});
  } finally {
    await setPassword('');
  }
}

export const sentinelFaults = {
  'primary-kill9': {
    about: 'SIGKILL of the primary; another one is promoted, and the old one comes back', world: 'sentinel',
    lane: 'redis', weight: 3, draw: (random) => ({ms: random.integer(0, 3000)}),
    async run(world, parameters, fault) {
      await world.redis.replicated();
      fault.begins();
      await replacePrimary(world, fault, parameters);
    },
  },
  'failover': {
    about: 'SENTINEL FAILOVER', world: 'sentinel',
    lane: 'redis', weight: 3, draw: (random) => ({index: random.integer(0, 2)}),
    async run(world, {index}, fault) {
      await world.redis.replicated();
      const old = await world.redis.primary();
      // A replica that has not been looked at since the last failover is no good one.
      await until(() => world.redis.sentinels[index].client.call('SENTINEL', 'FAILOVER', masterName).then(() => true, () => false),
        'SENTINEL FAILOVER', {ms: electionMs, every: 100});
      fault.begins();
      await world.redis.promoted(old, electionMs);
      fault.lifted();
    },
  },
  'replica-restart': {
    about: 'SIGTERM of a replica, started again', world: 'sentinel',
    lane: 'redis', weight: 1, draw: (random) => ({index: random.integer(0, 1), ms: random.integer(0, 2000)}),
    async run(world, {index, ms}) {
      const primary = await world.redis.primary();
      const replica = world.redis.servers.filter((server) => server !== primary)[index];
      await replica.stop();
      await sleep(ms);
      await replica.start();
    },
  },
  'sentinel-kill9': {
    about: 'SIGKILL of a sentinel, started again', world: 'sentinel',
    lane: 'redis', weight: 1, draw: (random) => ({index: random.integer(0, 2), ms: random.integer(0, 3000)}),
    async run(world, {index, ms}) {
      const sentinel = world.redis.sentinels[index];
      await sentinel.kill9();
      await sleep(ms);
      await sentinel.start();
    },
  },
  'lost-writes': {
    about: 'replicas cut off, writes, SIGKILL of the primary, promotion; sometimes twice in a row', forgets: true, world: 'sentinel',
    lane: 'redis', weight: 2,
    draw: (random) => ({cutMs: random.integer(300, 2000), ms: random.integer(0, 3000), times: random.integer(1, 2)}),
    async run(world, {times, ...parameters}, fault) {
      for (let time = 0; time < times; time += 1) {
        await world.redis.replicated();
        await loseWrites(world, fault, parameters);
      }
    },
  },
};
