// Faults of one Redis server: what it may do to its clients without forgetting anything, and what makes it forget.
import fs from 'node:fs';
import path from 'node:path';

import {Redis} from 'ioredis';

import {sleep, until} from '../support/wait.mjs';
import {dataOf} from './truth.mjs';

/** So long after a hang a server answers calls that lay in it, whose callers may be gone. */
const staleCallsMs = 500;

const usualBufferLimit = 'pubsub 33554432 8388608 60';

/** Runs `action` with a connection of its own to a server. */
export async function withConnection(server, action) {
  const client = new Redis({
    port: server.port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0, enableReadyCheck: false,
    connectionName: 'chaos',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await action(client);
  } finally {
    client.disconnect();
  }
}

const ask = async (world, ...words) => withConnection(await world.redis.primary(), (client) => client.call(...words));

/** A script that ends only when it is killed. */
async function keepBusy(world, busyMs) {
  const server = await world.redis.primary();
  await withConnection(server, (client) => client.config('SET', 'busy-reply-threshold', '100'));
  const script = withConnection(server, (client) => client.eval('while true do end', 0)).catch(() => {});
  await sleep(busyMs);
  await withConnection(server, (client) => until(async () => {
    const reply = await client.script('KILL').catch((error) => error.message);
    return reply === 'OK' || /NOTBUSY/.test(reply);
  }, 'the busy script to end'));
  await script;
}

/** Many large events in one step of Redis, more than a subscriber's output buffer may hold. */
async function burst(world, {events, bytes, limit}) {
  const server = await world.redis.primary();
  await withConnection(server, async (client) => {
    await client.config('SET', 'client-output-buffer-limit', `pubsub ${limit} ${limit} 1`);
    const step = client.multi();
    const publications = Array.from({length: events}, (_, index) => {
      const channel = world.plan.channels[index % world.plan.channels.length];
      const publication = world.truth.create({channel, bytes, keyed: false});
      publication.sentAt = world.chronicle.now();
      step.call('FCALL', 'freshet_publish', 1, channel.name, dataOf(publication), ...(channel.ring ? ['RING', channel.ring] : []));
      return publication;
    });
    step.hget('freshet:clock', 'epoch');
    const replies = await step.exec().catch(() => undefined);
    const epoch = replies?.at(-1)[1] ?? undefined;
    publications.forEach((publication, index) => {
      const [error, id] = replies?.[index] ?? [];
      if (id !== undefined) world.truth.acknowledge(publication, id, world.chronicle.now(), epoch);
      else if (!error) publication.unclear = true;
    });
    await sleep(200);
    await client.config('SET', 'client-output-buffer-limit', usualBufferLimit);
  });
}

/** Takes the connections away and lets nobody in for a while. */
async function refuseClients(world, {ms}) {
  const server = await world.redis.primary();
  await withConnection(server, async (client) => {
    await client.config('SET', 'maxclients', '1');
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await sleep(ms);
    await client.config('SET', 'maxclients', '10000');
  });
}

const dataOfServer = (server) => path.join(server.folder, 'appendonlydir');

/** Kills a server and starts it with the data that it had some seconds ago. */
async function restartStale(world, {ms}) {
  const server = await world.redis.primary();
  const copy = `${dataOfServer(server)}.copy`;
  fs.cpSync(dataOfServer(server), copy, {recursive: true});
  await sleep(ms);
  await server.kill9();
  fs.rmSync(dataOfServer(server), {recursive: true});
  fs.renameSync(copy, dataOfServer(server));
  await server.start();
}

/** The primary ends as `end` says, and is started again with its data. */
const ends = (about, end) => ({
  about, lane: 'redis', weight: 2, draw: (random) => ({ms: random.integer(0, 1500)}),
  async run(world, {ms}, fault) {
    const server = await world.redis.primary();
    await end(server);
    await sleep(ms);
    await server.start();
    fault.lifted();
  },
});

export const redisFaults = {
  'redis-restart': ends('SIGTERM, and started again with its data', (server) => server.stop()),
  'redis-kill9': ends('SIGKILL, and started again with its data', (server) => server.kill9()),
  'redis-hang': {
    about: 'SIGSTOP for some seconds',
    lane: 'redis', weight: 2, draw: (random) => ({ms: random.integer(500, 5000)}),
    async run(world, {ms}, fault) {
      const server = await world.redis.primary();
      const close = world.chronicle.window('hung', server.name);
      server.program.signal('SIGSTOP');
      await sleep(ms);
      server.program.signal('SIGCONT');
      close(staleCallsMs);
      fault.lifted();
    },
  },
  'kill-pubsub': {
    about: 'CLIENT KILL TYPE pubsub',
    lane: 'redis', weight: 2,
    run: (world) => ask(world, 'CLIENT', 'KILL', 'TYPE', 'pubsub'),
  },
  'kill-normal': {
    about: 'CLIENT KILL TYPE normal: the command connections, and the publisher’s',
    lane: 'redis', weight: 2,
    run: (world) => ask(world, 'CLIENT', 'KILL', 'TYPE', 'normal'),
  },
  'output-buffer': {
    about: 'a burst beyond the subscribers’ output buffers',
    lane: 'redis', weight: 2, draw: (random) => ({events: random.integer(30, 60), bytes: random.integer(6000, 12_000), limit: 65_536}),
    run: (world, parameters) => burst(world, parameters),
  },
  'function-flush': {
    about: 'FUNCTION FLUSH',
    lane: 'redis', weight: 1,
    run: (world) => ask(world, 'FUNCTION', 'FLUSH'),
  },
  'busy-script': {
    about: 'a script that runs for some seconds: Redis answers BUSY',
    lane: 'redis', weight: 1, draw: (random) => ({ms: random.integer(500, 3000)}),
    async run(world, {ms}, fault) {
      await keepBusy(world, ms);
      fault.lifted();
    },
  },
  'max-clients': {
    about: 'connections taken away, new ones refused for some seconds',
    lane: 'redis', weight: 1, draw: (random) => ({ms: random.integer(500, 2000)}),
    async run(world, parameters, fault) {
      await refuseClients(world, parameters);
      fault.lifted();
    },
  },
  'password': {
    about: 'the daemons’ password changed, their connections killed, SIGHUP',
    lane: 'redis', weight: 1,
    run: (world) => world.changePassword(),
  },
  'redis-stale': {
    about: 'killed, and started with the data of some seconds ago; sometimes twice in a row', forgets: true, world: 'single',
    lane: 'redis', weight: 1, draw: (random) => ({ms: random.integer(200, 3000), times: random.integer(1, 2)}),
    async run(world, {ms, times}, fault) {
      for (let time = 0; time < times; time += 1) await restartStale(world, {ms});
      fault.lifted();
    },
  },
  'redis-empty': {
    about: 'killed, and started without its data', forgets: true, world: 'single',
    lane: 'redis', weight: 1,
    async run(world, _, fault) {
      const server = await world.redis.primary();
      await server.kill9();
      fs.rmSync(dataOfServer(server), {recursive: true});
      world.history.empty();
      await server.start();
      fault.lifted();
    },
  },
  'flushall': {
    about: 'FLUSHALL: everything forgotten', forgets: true,
    lane: 'redis', weight: 1,
    async run(world, _, fault) {
      // A primary without a good replica refuses this, too.
      await until(() => ask(world, 'FLUSHALL').then(() => true, () => false), 'FLUSHALL', {every: 200});
      fault.begins();
      world.history.empty();
    },
  },
};
