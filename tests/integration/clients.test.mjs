// The clients that people use besides the browser's own: each gets events, and after a restart of the daemon what it missed.
import assert from 'node:assert/strict';
import test from 'node:test';

import {EventSource} from 'eventsource';

import {openPage, receivedBy, servePages, startBrowser} from '../support/browser.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {Program} from '../support/process.mjs';
import {publishSome, publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {Watch} from '../support/wait.mjs';

/** Events published before, during and after a restart; `received(count)` waits for so many and returns all, as {id, data}. */
async function acrossRestart({redis, daemon, channel, received}) {
  const sent = await publishSome(redis.client, channel, 3);
  assert.deepEqual(await received(3), sent);
  await daemon.stop();
  sent.push(...await publishSome(redis.client, channel, 3, 3));
  await daemon.startAgain();
  sent.push(...await publishSome(redis.client, channel, 3, 6));
  assert.deepEqual(await received(9), sent);
  sent.push(...await publishSome(redis.client, channel, 1, 9));
  assert.deepEqual(await received(10), sent);
}

test('clients', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const home = await servePages(t);
  const daemon = await startFreshetd(t, {redis: redis.url, config: {cors: {origins: [home]}, streams: {retry: '200ms'}}});
  const url = (channel) => `${daemon.urls.public[0]}/events?channel=${channel}`;

  await t.test('curl -N', async (t2) => {
    const curl = (...args) => {
      const program = new Program('curl', ['-sS', '-N', ...args, url('curl')]);
      t2.after(() => program.running && program.kill9());
      return program;
    };
    const first = curl('-i');
    await first.output(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nretry: \d+\n\nid: \d+\nevent: stream-cursor\n/, {where: 'stdout'});
    const id = await publishTo(redis.client, 'curl', 'hello');
    await first.output(new RegExp(`\nid: ${id}\ndata: hello\n\n$`), {where: 'stdout'});
    await first.kill9();
    const missed = await publishTo(redis.client, 'curl', 'missed');
    const second = curl('-H', `Last-Event-ID: ${id}`);
    await second.output(new RegExp(`^retry: \\d+\n\nid: ${id}\nevent: stream-cursor\ndata: .*\n\nid: ${missed}\ndata: missed\n\n$`),
      {where: 'stdout'});
  });

  await t.test('curl ends by itself, without an error, when the daemon stops', async () => {
    const program = new Program('curl', ['-sS', '-N', url('end')]);
    await program.output(/stream-cursor/, {where: 'stdout'});
    await daemon.stop();
    assert.equal((await program.exit()).code, 0, program.stderr);
    await daemon.startAgain();
  });

  await t.test('eventsource for Node', async (t2) => {
    const events = [];
    const watch = new Watch();
    const source = new EventSource(url('node'));
    t2.after(() => source.close());
    source.onmessage = ({lastEventId, data}) => {
      events.push({id: lastEventId, data});
      watch.changed();
    };
    await new Promise((resolve) => source.addEventListener('stream-cursor', resolve, {once: true}));
    const received = (count) => watch.until(() => events.length >= count && events, `${count} events`,
      {detail: () => JSON.stringify(events)});
    await acrossRestart({redis, daemon, channel: 'node', received});
  });

  const browser = await startBrowser(t);

  await t.test('event-source-polyfill, which sends ?lastEventId=', async (t2) => {
    const page = await openPage(t2, browser, home);
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.addScriptTag({url: `${home}/modules/event-source-polyfill/src/eventsource.js`});
    await page.evaluate((target) => new Promise((resolve) => {
      const source = new EventSourcePolyfill(target);
      source.onmessage = ({lastEventId, data}) => window.received.push({id: lastEventId, data});
      source.addEventListener('stream-cursor', resolve);
    }), url('polyfill'));
    await acrossRestart({redis, daemon, channel: 'polyfill', received: (count) => receivedBy(page, count)});
    assert.ok(requests.some((each) => /[?&]lastEventId=\d+/.test(each)), 'it did use the query');
  });

  await t.test('@microsoft/fetch-event-source', async (t2) => {
    const page = await openPage(t2, browser, home);
    await page.addScriptTag({type: 'module', content: `
      import {fetchEventSource} from '/modules/@microsoft/fetch-event-source/lib/esm/index.js';
      window.fetchEventSource = fetchEventSource;`});
    await page.waitForFunction(() => window.fetchEventSource);
    await page.evaluate((target) => new Promise((opened) => {
      window.fetchEventSource(target, {
        openWhenHidden: true,
        onmessage({id, event, data}) {
          if (event === 'stream-cursor') opened();
          // It calls this at every blank line, the one after "retry:" too.
          if (event === '' && id !== '') window.received.push({id, data});
        },
        onclose() {
          throw new Error('closed: try again');
        },
        onerror() {},
      });
    }), url('fetch'));
    await acrossRestart({redis, daemon, channel: 'fetch', received: (count) => receivedBy(page, count)});
  });
});
