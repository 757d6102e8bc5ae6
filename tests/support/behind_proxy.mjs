// What has to hold behind any proxy that keeps connections to two instances over unix sockets.
import assert from 'node:assert/strict';
import https from 'node:https';
import path from 'node:path';

import {Follower} from './follower.mjs';
import {startFreshetd, temporaryFolder} from './freshetd.mjs';
import {Published} from './oracle.mjs';
import {Program, run} from './process.mjs';
import {publishTo} from './publishing.mjs';
import {startRedis} from './redis.mjs';
import {until} from './wait.mjs';

/** `startProxy(t, sockets)` gives {url, reload(), reloadEndsStreams}. */
export async function behavesBehind(t, startProxy) {
  const redis = await startRedis(t, {functions: false});
  const folder = temporaryFolder(t);
  const sockets = ['one', 'two'].map((name) => path.join(folder, `${name}.sock`));
  const config = {streams: {heartbeat: '1s', retry: '200ms'}};
  const start = (socket) => startFreshetd(t, {redis: redis.url, config, instance: path.basename(socket, '.sock'),
    listen: [`unix:${socket}`]});
  const daemons = [await start(sockets[0]), await start(sockets[1])];
  const proxy = await startProxy(t, sockets);
  const {url} = proxy;

  const curl = (t2, ...args) => {
    const program = new Program('curl', ['-sS', '-k', '-N', ...args]);
    t2.after(() => program.running && program.kill9());
    return program;
  };
  const streams = async () => {
    const counts = await Promise.all(daemons.map((daemon) => daemon.metric('freshet_connections')));
    return counts.reduce((sum, count) => sum + count, 0);
  };

  await t.test('events and heartbeats arrive at once, over HTTP/2', async (t2) => {
    const program = curl(t2, '--http2', '-i', `${url}/events?channel=curl`);
    await program.output(/^HTTP\/2 200 [^]*content-type: text\/event-stream\r\n[^]*\r\n\r\nretry: \d+\n\nid: \d+\nevent: stream-cursor\n/,
      {where: 'stdout'});
    const id = await publishTo(redis.client, 'curl', 'unbuffered');
    await program.output(new RegExp(`\nid: ${id}\ndata: unbuffered\n\n`), {where: 'stdout'});
    await program.output(/\n:\n/, {where: 'stdout'});
  });

  for (const version of ['--http2', '--http1.1']) {
    await t.test(`a client that leaves is gone at the instance, too: ${version}`, async (t2) => {
      await until(async () => await streams() === 0, 'the streams before to be gone');
      const program = curl(t2, version, `${url}/events?channel=leave`);
      await program.output(/stream-cursor/, {where: 'stdout'});
      assert.equal(await streams(), 1);
      await program.kill9();
      await until(async () => await streams() === 0, 'the stream to be gone');
    });
  }

  await t.test('streams are spread over the instances', async (t2) => {
    const programs = Array.from({length: 10}, () => curl(t2, `${url}/events?channel=spread`));
    for (const program of programs) await program.output(/stream-cursor/, {where: 'stdout'});
    for (const daemon of daemons) assert.equal(await daemon.metric('freshet_connections'), 5);
  });

  await t.test('errors that a retry cannot cure keep their status, and nothing else is reached', async () => {
    const status = async (target) =>
      (await run('curl', ['-sS', '-k', '--path-as-is', '-o', '/dev/null', '-w', '%{http_code} %{content_type}', `${url}${target}`])).stdout;
    assert.equal(await status('/events?channel=a%20b'), '400 application/problem+json');
    for (const target of ['/', '/publish?channel=a', '/metrics', '/readyz', '/status', '/events/', '/events/../metrics']) {
      assert.match(await status(target), /^404 /, target);
    }
  });

  await t.test('the proxy is reloaded, each instance stopped: clients go on, nothing is lost', async () => {
    const published = new Published();
    const connect = {host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false};
    const crowd = Array.from({length: 10}, (_, index) => new Follower({
      name: `client ${index}`, query: 'channel=a&channel=b', target: () => url, pause: () => 50, options: {transport: https, connect},
    }));
    await Promise.all(crowd.map((follower) => follower.opened()));
    const publish = async (count) => {
      for (let index = 0; index < count; index += 1) {
        for (const channel of ['a', 'b']) {
          const data = `${channel} ${published.count}`;
          published.add(channel, await publishTo(redis.client, channel, data), data);
        }
      }
    };
    const openings = () => crowd.reduce((sum, follower) => sum + follower.entries.filter((entry) => entry.control).length, 0);
    await publish(20);
    const before = openings();
    await proxy.reload();
    await publish(20);
    if (proxy.reloadEndsStreams) await until(() => openings() > before, 'the streams of the old worker to have ended');
    for (const daemon of daemons) {
      const stopping = daemon.stop();
      await publish(20);
      await stopping;
      await publish(20);
      await daemon.startAgain();
      await publish(20);
    }
    published.seal();
    for (const follower of crowd) {
      await follower.waitFor(() => follower.lastEventId === published.lastId, 'the last event');
      assert.equal(published.judge(follower.name, follower.entries).resets, 0);
    }
    await Promise.all(crowd.map((follower) => follower.stop()));
  });

  await t.test('with all instances away, a client is told to come back', async () => {
    for (const daemon of daemons) await daemon.stop();
    const result = await run('curl', ['-sS', '-k', '-i', '-H', 'Origin: https://app.example', `${url}/events?channel=a`]);
    assert.match(result.stdout, /^HTTP\/2 200 /);
    assert.match(result.stdout, /\r\ncontent-type: text\/event-stream(?:;[^\r]*)?\r\n/i);
    assert.match(result.stdout, /\r\naccess-control-allow-origin: https:\/\/app\.example\r\n/i);
    assert.match(result.stdout, /\r\ncache-control: no-cache, no-transform\r\n/i);
    assert.match(result.stdout, /\r\n\r\nretry: [234]\d{3}\n\n$/);
  });
}
