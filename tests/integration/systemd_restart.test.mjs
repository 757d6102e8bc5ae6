// A rolling restart under a service manager that holds the sockets: behind nginx nobody is refused, nobody waits for a drain,
// and nothing is lost.
import assert from 'node:assert/strict';
import https from 'node:https';
import test from 'node:test';

import {Follower} from '../support/follower.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {startNginx} from '../support/nginx.mjs';
import {forACrowd} from '../support/nginx_site.mjs';
import {Published} from '../support/oracle.mjs';
import {Publisher} from '../support/publisher.mjs';
import {startRedis} from '../support/redis.mjs';
import {manageFreshetd} from '../support/service_manager.mjs';
import {randomFrom, seedOfRun} from '../support/wait.mjs';

const channels = ['news', 'user:1', 'room/7'];
const query = channels.map((channel) => `channel=${encodeURIComponent(channel)}`).join('&');
const retryMs = 400;
const drainMs = 5000;

/** A client that comes back as an EventSource does, and notes how each stream ended. */
function client(index, url) {
  const follower = new Follower({
    name: `client ${index}`, query, target: () => url,
    pause: () => {
      const {status, error, retries} = follower.stream;
      follower.endings.push({status, error, retry: retries.at(-1)});
      return retries.at(-1) ?? 3000;
    },
    options: {transport: https, connect: {host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false}},
  });
  return Object.assign(follower, {endings: []});
}

test('a rolling restart under load', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const folder = temporaryFolder(t);
  const config = {streams: {heartbeat: '1s', retry: `${retryMs}ms`}, drain: {period: `${drainMs}ms`}, backplane: {history: {events: 20_000}}};
  const services = await Promise.all(['1', '2', '3'].map((instance) => manageFreshetd(t, {instance, redis: redis.url, config, folder})));
  await Promise.all(services.map((service) => service.start()));
  const {url} = await startNginx(t, services.map(({socket}) => socket), {edit: forACrowd});
  const crowd = Array.from({length: 300}, (_, index) => client(index, url));
  await Promise.all(crowd.map((follower) => follower.opened()));
  const oracle = new Published();
  const publisher = new Publisher({redis, oracle, channels, random: randomFrom(seedOfRun())});

  for (const service of services) {
    await publisher.more(20);
    const from = service.events.length;
    service.signal('SIGTERM');
    await service.hears((message) => message.EXTEND_TIMEOUT_USEC, 'the drain to go on', {from});
    // It has the fewest streams now, so that nginx asks it first. Nobody waits for its end.
    const newcomers = Array.from({length: 15}, (_, index) => client(`${index} during the drain of ${service.instance}`, url));
    await Promise.all(newcomers.map((follower) => follower.opened()));
    assert.ok(!service.events.slice(from).some(({ended}) => ended), 'it still drains');
    assert.ok(newcomers.every(({endings}) => endings.length === 0), 'and has sent none of them away');
    await Promise.all(newcomers.map((follower) => follower.stop()));
    assert.deepEqual(await service.exit(), {code: 0, signal: null});
    await service.start();
    assert.equal((await service.ops('/readyz')).status, 200);
  }

  await publisher.more(5);
  await publisher.stop();
  for (const channel of channels) {
    oracle.add(channel, String(await redis.client.call('FCALL', 'freshet_publish', 1, channel, 'farewell')), 'farewell');
  }
  oracle.seal();
  for (const follower of crowd) {
    await follower.waitFor(() => BigInt(follower.lastEventId || 0) >= BigInt(oracle.lastId), 'the last event');
    assert.equal(oracle.judge(follower.name, follower.entries).resets, 0);
    for (const {status, error, retry} of follower.endings) {
      assert.deepEqual([status, error], [200, undefined], follower.name);
      // nginx' own page for clients that no instance takes has a longer one.
      assert.ok(retry >= retryMs * 0.75 && retry <= retryMs * 1.25, `${follower.name} was told to come back after ${retry} ms`);
    }
  }
  await Promise.all(crowd.map((follower) => follower.stop()));
  await Promise.all(services.map((service) => service.stop()));
});
