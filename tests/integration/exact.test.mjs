// The promise, end to end: three processes, clients that come and go at random, Redis connections that break, a process that
// is killed. Every client gets every event once and in order; with rings too short, a reset wherever something is missing.
import test from 'node:test';
import assert from 'node:assert/strict';

import {Follower} from '../support/follower.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {Published} from '../support/oracle.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {randomFrom, seedOfRun, sleep} from '../support/wait.mjs';

const channels = ['news', 'user:1', 'user:2', 'a/b', 'room-1', 'room-2', 'x', 'y'];
const query = channels.map((channel) => `channel=${encodeURIComponent(channel)}`).join('&');

/** Calls `action` again and again, with pauses of up to `most` ms, until stop(). */
function repeatedly(random, most, action) {
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      await sleep(random.integer(0, most));
      if (!stopped) await action();
    }
  })();
  done.catch(() => {});
  return async () => {
    stopped = true;
    await done;
  };
}

/** One client of Redis that publishes `count` events in bursts. Bursts are pipelined: replies come in the order of calls. */
async function publisher({redis, published, random, name, count, pauseMs}) {
  const client = redis.connect({connectionName: 'publisher'});
  for (let sent = 0; sent < count;) {
    const burst = Array.from({length: Math.min(random.integer(1, 20), count - sent)}, () => {
      const channel = random.pick(channels);
      sent += 1;
      const data = `${name} ${sent}`;
      return publishTo(client, channel, data).then((id) => published.add(channel, id, data));
    });
    await Promise.all(burst);
    await sleep(random.integer(0, pauseMs));
  }
  client.disconnect();
}

/** Runs the whole thing; returns what each follower was told: [{resets, completes}]. */
async function trial(t, {ring, events, followers, dropMs, awayMs, pauseMs}) {
  const seed = seedOfRun();
  t.diagnostic(`seed ${seed}: FRESHET_TEST_SEED=${seed} repeats the choices`);
  const random = randomFrom(seed);
  const redis = await startRedis(t, {functions: false});
  const config = {backplane: {history: {events: ring}}};
  const daemons = [];
  for (const instance of ['one', 'two', 'three']) daemons.push(await startFreshetd(t, {redis: redis.url, config, instance}));
  // A daemon's address outlives its process: it is started again where it was.
  const urls = daemons.map((daemon) => daemon.urls.public[0]);

  const crowd = Array.from({length: followers}, (_, index) => new Follower({
    name: `client ${index}`, query, target: () => random.pick(urls), pause: () => random.integer(0, awayMs),
  }));
  await Promise.all(crowd.map((follower) => follower.opened()));

  const published = new Published();
  const self = String(await redis.client.call('CLIENT', 'ID'));
  const stops = [
    repeatedly(random, dropMs, () => random.pick(crowd).drop()),
    repeatedly(random, 600, async () => {
      // One of the daemons' connections, either of the two.
      const victims = (await redis.client.call('CLIENT', 'LIST')).split('\n')
        .map((line) => line.match(/^id=(\d+) .* name=(\S*) /)).filter((match) => match && match[2] !== 'publisher' && match[1] !== self);
      if (victims.length > 0) await redis.client.call('CLIENT', 'KILL', 'ID', random.pick(victims)[1]);
    }),
  ];
  const killed = (async () => {
    await sleep(random.integer(1000, 2000));
    const victim = random.pick(daemons);
    await victim.kill9();
    await sleep(random.integer(0, 1000));
    await victim.startAgain();
  })();
  await Promise.all([killed, ...Array.from({length: 4}, (_, index) => publisher({
    redis, published, random, name: `publisher ${index}`, count: events / 4, pauseMs,
  }))]);
  for (const stop of stops) await stop();

  published.seal();
  assert.equal(published.count, events);
  // Ids are one sequence over all channels: who has the last one has passed all others.
  for (const follower of crowd) {
    await follower.waitFor(() => BigInt(follower.lastEventId || 0) >= BigInt(published.lastId), 'the last event', {ms: 60_000});
  }
  const told = crowd.map((follower) => published.judge(follower.name, follower.entries));
  for (const follower of crowd) await follower.stop();
  t.diagnostic(`resets: ${told.map(({resets}) => resets).join(' ')}; complete: ${told.map(({completes}) => completes).join(' ')}`);
  return told;
}

test('20,000 events to clients that come and go: none lost, none twice, in order', async (t) => {
  const told = await trial(t, {ring: 5000, events: 20_000, followers: 10, dropMs: 120, awayMs: 300, pauseMs: 40});
  assert.equal(told.reduce((sum, {resets}) => sum + resets, 0), 0, 'no reset: the rings were long enough');
  assert.ok(told.reduce((sum, {completes}) => sum + completes, 0) > 20, 'clients did come back');
});

test('rings too short: a reset wherever something is missing, and nowhere else', async (t) => {
  const told = await trial(t, {ring: 5, events: 6000, followers: 10, dropMs: 60, awayMs: 80, pauseMs: 60});
  assert.ok(told.some(({resets}) => resets > 0), 'somebody was away for too long');
  assert.ok(told.some(({completes}) => completes > 0), 'somebody was away only shortly');
});
