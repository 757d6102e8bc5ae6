// Behind Debian's nginx with the configuration that we ship: unbuffered, HTTP/2 to the client, instances that come and go.
import assert from 'node:assert/strict';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import {openPage, startBrowser} from '../support/browser.mjs';
import {Follower} from '../support/follower.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startNginx} from '../support/nginx.mjs';
import {Published} from '../support/oracle.mjs';
import {Program, run} from '../support/process.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

test('behind nginx', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const folder = temporaryFolder(t);
  const sockets = ['one', 'two'].map((name) => path.join(folder, `${name}.sock`));
  const config = {streams: {heartbeat: '1s', retry: '200ms'}};
  const start = (index) => startFreshetd(t, {redis: redis.url, config, instance: path.basename(sockets[index], '.sock'),
    listen: [`unix:${sockets[index]}`]});
  const daemons = [await start(0), await start(1)];
  const url = await startNginx(t, sockets);
  const curl = (t2, ...args) => {
    const program = new Program('curl', ['-sS', '-k', '-N', ...args]);
    t2.after(() => program.running && program.kill9());
    return program;
  };

  await t.test('events and heartbeats arrive at once, over HTTP/2', async (t2) => {
    const program = curl(t2, '--http2', '-i', `${url}/events?channel=curl`);
    await program.output(/^HTTP\/2 200 [^]*content-type: text\/event-stream\r\n[^]*\r\n\r\nretry: \d+\n\nid: \d+\nevent: stream-cursor\n/,
      {where: 'stdout'});
    const id = await publishTo(redis.client, 'curl', 'unbuffered');
    await program.output(new RegExp(`\nid: ${id}\ndata: unbuffered\n\n`), {where: 'stdout'});
    await program.output(/\n:\n/, {where: 'stdout'});
    assert.ok(program.running);
    await program.kill9();
  });

  await t.test('a client that leaves is gone at the daemon, too', async (t2) => {
    const subscribers = async () => {
      const counts = await Promise.all(daemons.map((daemon) => daemon.metric('freshet_connections')));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const before = await subscribers();
    const program = curl(t2, `${url}/events?channel=leave`);
    await program.output(/stream-cursor/, {where: 'stdout'});
    assert.equal(await subscribers(), before + 1);
    await program.kill9();
    await until(async () => await subscribers() === before, 'the connection to be gone');
  });

  await t.test('errors that a retry cannot cure keep their status', async () => {
    const result = await run('curl', ['-sS', '-k', '-o', '/dev/null', '-w', '%{http_code} %{content_type}', `${url}/events?channel=a%20b`]);
    assert.equal(result.stdout, '400 application/problem+json');
  });

  await t.test('a page may have many more than six streams at once', async (t2) => {
    const browser = await startBrowser(t2, {ignoreHTTPSErrors: true});
    await browser.route(`${url}/page`, (route) => route.fulfill({contentType: 'text/html', body: '<!doctype html>'}));
    const page = await openPage(t2, browser, `${url}/page`);
    await page.evaluate(() => Promise.all(Array.from({length: 20}, () => new Promise((resolve) => {
      const source = new EventSource('/events?channel=many');
      source.addEventListener('stream-cursor', resolve);
      source.onmessage = ({data}) => window.received.push(data);
    }))));
    await publishTo(redis.client, 'many', 'to all');
    await page.waitForFunction(() => window.received.length === 20);
  });

  await t.test('one instance stopped, then the other: clients go on, nothing is lost', async () => {
    const published = new Published();
    const crowd = Array.from({length: 10}, (_, index) => new Follower({
      name: `client ${index}`, query: 'channel=a&channel=b', target: () => url, pause: () => 50,
      options: {transport: https, connect: {host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false}},
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
    await publish(20);
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
      const {resets} = published.judge(follower.name, follower.entries);
      assert.equal(resets, 0);
    }
    assert.ok(crowd.some((follower) => follower.entries.filter((entry) => entry.control).length > 1), 'somebody did reconnect');
    await Promise.all(crowd.map((follower) => follower.stop()));
  });

  await t.test('with all instances away, a client is told to come back', async () => {
    for (const daemon of daemons) await daemon.stop();
    const result = await run('curl', ['-sS', '-k', '-i', '-H', 'Origin: https://app.example', `${url}/events?channel=a`]);
    assert.match(result.stdout, /^HTTP\/2 200 /);
    assert.match(result.stdout, /\r\ncontent-type: text\/event-stream\r\n/);
    assert.match(result.stdout, /\r\naccess-control-allow-origin: https:\/\/app\.example\r\n/);
    assert.match(result.stdout, /\r\n\r\nretry: [234]\d{3}\n\n$/);
  });
});
