// The native EventSource of Chromium, from pages of other origins than the daemon's.
import assert from 'node:assert/strict';
import test from 'node:test';

import {openPage, receivedBy, servePages, startBrowser} from '../support/browser.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {outlastsTrouble} from '../support/lasting_source.mjs';
import {publishSome, publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';

/** Opens an EventSource in the page; what onmessage gets goes to window.received, what listeners of `names` get to window.named. */
async function openEventSource(page, url, {names = [], withCredentials = false} = {}) {
  await page.evaluate(([url, names, withCredentials]) => {
    window.named = [];
    window.source = new EventSource(url, {withCredentials});
    window.source.onmessage = ({data, lastEventId}) => window.received.push({id: lastEventId, data});
    for (const name of names) {
      window.source.addEventListener(name, ({data, lastEventId}) => window.named.push({name, id: lastEventId, data}));
    }
    window.outcome = new Promise((resolve) => {
      window.source.addEventListener('stream-cursor', () => resolve('open'));
      window.source.addEventListener('error', () => {
        if (window.source.readyState === EventSource.CLOSED) resolve('closed for good');
      });
    });
  }, [url, names, withCredentials]);
}

const outcome = (page) => page.evaluate(() => window.outcome);

test('EventSource in Chromium', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const home = await servePages(t);
  const foreign = await servePages(t);
  const config = {cors: {origins: [home]}, streams: {retry: '200ms'}};
  const daemon = await startFreshetd(t, {redis: redis.url, config});
  const browser = await startBrowser(t);
  const url = (channel) => `${daemon.urls.public[0]}/events?channel=${channel}`;

  await t.test('gets events with their ids, named ones under their names, and no control event in onmessage', async (t2) => {
    const page = await openPage(t2, browser, home);
    await openEventSource(page, url('plain'), {names: ['progress', 'stream-cursor']});
    assert.equal(await outcome(page), 'open');
    const first = await publishTo(redis.client, 'plain', 'one\ntwo\n\u00e9\u{1f30a}');
    const named = await publishTo(redis.client, 'plain', '{"pct":42}', 'EVENT', 'progress');
    const last = await publishTo(redis.client, 'plain', '');
    assert.deepEqual(await receivedBy(page, 2), [{id: first, data: 'one\ntwo\n\u00e9\u{1f30a}'}, {id: last, data: ''}]);
    const [cursor, progress] = await page.evaluate(() => window.named);
    assert.equal(cursor.name, 'stream-cursor');
    assert.deepEqual(JSON.parse(cursor.data), {resume: 'fresh'});
    assert.deepEqual(progress, {name: 'progress', id: named, data: '{"pct":42}'});
  });

  await t.test('a live-only event leaves lastEventId alone', async (t2) => {
    const page = await openPage(t2, browser, home);
    await openEventSource(page, url('live'));
    assert.equal(await outcome(page), 'open');
    const id = await publishTo(redis.client, 'live', 'durable');
    await redis.client.publish('freshet:live', 'bare');
    assert.deepEqual(await receivedBy(page, 2), [{id, data: 'durable'}, {id, data: 'bare'}]);
  });

  for (const [how, end] of Object.entries({'stopped': () => daemon.stop(), 'killed': () => daemon.kill9()})) {
    await t.test(`reconnects after the daemon was ${how}, without losing or repeating an event`, async (t2) => {
      const page = await openPage(t2, browser, home);
      const channel = `restart-${how}`;
      await openEventSource(page, url(channel), {names: ['stream-cursor', 'stream-reset']});
      assert.equal(await outcome(page), 'open');
      const sent = await publishSome(redis.client, channel, 3);
      await receivedBy(page, 3);
      await end();
      sent.push(...await publishSome(redis.client, channel, 3, 3));
      await daemon.startAgain();
      sent.push(...await publishSome(redis.client, channel, 3, 6));
      await receivedBy(page, 9);
      sent.push(...await publishSome(redis.client, channel, 1, 9));
      assert.deepEqual(await receivedBy(page, 10), sent);
      const openings = (await page.evaluate(() => window.named)).map(({data}) => JSON.parse(data).resume);
      assert.deepEqual(openings, ['fresh', 'complete']);
    });
  }

  await t.test('with credentials, from an allowed origin, works', async (t2) => {
    const page = await openPage(t2, browser, home);
    await openEventSource(page, url('credentials'), {withCredentials: true});
    assert.equal(await outcome(page), 'open');
    const id = await publishTo(redis.client, 'credentials', 'yes');
    assert.deepEqual(await receivedBy(page, 1), [{id, data: 'yes'}]);
  });

  await t.test('from a foreign origin gets nothing, with or without credentials', async (t2) => {
    for (const withCredentials of [false, true]) {
      const page = await openPage(t2, browser, foreign);
      await openEventSource(page, url('foreign'), {withCredentials});
      assert.equal(await outcome(page), 'closed for good');
      await publishTo(redis.client, 'foreign', 'secret');
      assert.deepEqual(await page.evaluate(() => window.received), []);
    }
  });

  await t.test('of a page that is loaded again begins fresh', async (t2) => {
    const page = await openPage(t2, browser, home);
    await openEventSource(page, url('reload'));
    assert.equal(await outcome(page), 'open');
    await publishSome(redis.client, 'reload', 2);
    await receivedBy(page, 2);
    await page.reload();
    await page.evaluate(() => {
      window.received = [];
    });
    await openEventSource(page, url('reload'));
    assert.equal(await outcome(page), 'open');
    const id = await publishTo(redis.client, 'reload', 'after');
    assert.deepEqual(await receivedBy(page, 1), [{id, data: 'after'}]);
  });

  await t.test('is outlasted by the LastingSource of docs/recipes', (t2) =>
    outlastsTrouble(t2, {browser, home, url: daemon.urls.public[0], daemon, redis}));
});

test('an EventSource that finds the daemon full keeps trying and gets in', async (t) => {
  const home = await servePages(t);
  const daemon = await startFreshetd(t, {config: {
    cors: {origins: [home]}, limits: {connections: 1}, streams: {retry: '200ms'}}});
  const browser = await startBrowser(t);
  const first = await daemon.stream('channel=full');
  await first.opening();
  const page = await openPage(t, browser, home);
  await openEventSource(page, `${daemon.urls.public[0]}/events?channel=full`);
  const state = () => new Promise((resolve) => {
    window.source.addEventListener('error', () => resolve(window.source.readyState), {once: true});
  });
  assert.equal(await page.evaluate(state), 0, 'it is connecting, not closed');
  first.close();
  assert.equal(await outcome(page), 'open');
  const id = await daemon.publish('full', 'in');
  assert.deepEqual(await receivedBy(page, 1), [{id, data: 'in'}]);
});
