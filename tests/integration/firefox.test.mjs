// Debian's Firefox: its own EventSource behind nginx, the recipes' LastingSource where that gives up (docs/protocol.md has the
// table), the console and a recipe.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {openPage, receivedBy, servePages} from '../support/browser.mjs';
import {startFirefox} from '../support/firefox.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {control, opened, openSource, outlastsTrouble} from '../support/lasting_source.mjs';
import {startNginx} from '../support/nginx.mjs';
import {publishSome, publishTo} from '../support/publishing.mjs';
import {startRecipe, startRecipeDaemon} from '../support/recipes.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const firefox = await startFirefox(test);
console.log(`Firefox ${firefox.version}`);

test('EventSource in Firefox', async (t) => {
  const redis = await startRedis(t, {functions: false, args: ['--appendonly', 'yes', '--appendfsync', 'always']});
  const socket = path.join(temporaryFolder(t), 'one.sock');
  const home = await servePages(t);
  const config = {cors: {origins: [home]}, streams: {retry: '200ms'}};
  const daemon = await startFreshetd(t, {redis: redis.url, listen: [`unix:${socket}`, '127.0.0.1:0'], config});
  const {url} = await startNginx(t, [socket]);
  const page = await openPage(t, firefox, `${url}/page`);
  await openSource(page, '/events?channel=a');
  await opened(page);
  const sent = await publishSome(redis.client, 'a', 3);
  const openings = ['fresh'];

  await t.test('gets events with their ids, through nginx with TLS and HTTP/2', async () => {
    sent.push({id: await publishTo(redis.client, 'a', 'one\ntwo\n\u00e9\u{1f30a}'), data: 'one\ntwo\n\u00e9\u{1f30a}'});
    sent.push({id: await publishTo(redis.client, 'a', ''), data: ''});
    assert.deepEqual(await receivedBy(page, sent.length), sent);
    const protocol = () => performance.getEntriesByType('navigation')[0].nextHopProtocol;
    assert.equal(await page.evaluate(protocol), 'h2');
  });

  for (const [how, end] of Object.entries({'stopped': () => daemon.stop(), 'killed': () => daemon.kill9()})) {
    await t.test(`comes back after the daemon was ${how}, and has every event once`, async () => {
      await end();
      sent.push(...await publishSome(redis.client, 'a', 3));
      await daemon.startAgain();
      sent.push(...await publishSome(redis.client, 'a', 3));
      assert.deepEqual(await receivedBy(page, sent.length), sent);
      openings.push('complete');
      assert.deepEqual(await control(page), openings);
    });
  }

  await t.test('stays connected while Redis is away, and has every event once', async () => {
    await redis.kill9();
    await daemon.notReady();
    await redis.start();
    await daemon.ready();
    sent.push(...await publishSome(redis.client, 'a', 3));
    assert.deepEqual(await receivedBy(page, sent.length), sent);
    assert.deepEqual(await control(page), openings);
  });

  await t.test('may have more than six streams in a page', async (t2) => {
    const many = await openPage(t2, firefox, `${url}/many`);
    await many.evaluate(() => Promise.all(Array.from({length: 10}, () => new Promise((resolve) => {
      new EventSource('/events?channel=many').addEventListener('stream-cursor', resolve);
    }))));
    assert.equal(await daemon.metric('freshet_connections'), 11);
    await many.goto('about:blank');
    await until(async () => await daemon.metric('freshet_connections') === 1, 'the streams of the page that was left to be gone');
    await page.close();
  });

  await t.test('is outlasted by a LastingSource', (t2) => outlastsTrouble(t2, {
    browser: firefox, home, url: daemon.urls.public.find((each) => each.startsWith('http:')), daemon, redis}));
});

test('the console in Firefox', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url, config: {streams: {retry: '300ms'}}});
  const page = await openPage(t, firefox, `${daemon.urls.ops[0]}/#channel=orders`);
  const shows = (selector) => page.waitForFunction((wanted) => document.querySelector(wanted) !== null, selector);
  const rows = () => page.evaluate(() => [...document.querySelectorAll('#log .event .data')].map(({textContent}) => textContent));
  const shown = (wanted) => until(async () => JSON.stringify(await rows()) === JSON.stringify(wanted), `${wanted} in the console`);
  await shows('#state[data-state=ready]');
  await shows('#stream-state[data-state=open]');
  await page.evaluate(() => {
    document.querySelector('#publish-channel').value = 'orders';
    document.querySelector('#publish-data').value = 'by hand';
    document.querySelector('#publish-button').click();
  });
  await shows('#publish-result[data-state=good]');
  await shown(['by hand']);
  await daemon.kill9();
  await shows('#state[data-state=unreachable]');
  await publishTo(redis.client, 'orders', 'missed');
  await daemon.startAgain();
  await shows('#state[data-state=ready]');
  await shown(['missed', 'by hand']);
});

test('the recipe for tabs in Firefox', async (t) => {
  const daemon = await startRecipeDaemon(t);
  const url = await startRecipe(t, 'tabs', daemon);
  const pages = [];
  for (let tab = 0; tab < 3; tab += 1) {
    pages.push(await openPage(t, firefox, url));
    await pages[tab].waitForFunction(() => document.querySelector('#state[data-state=open]')?.textContent === 'SharedWorker');
  }
  const post = (text) => fetch(`${url}/notes`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({text})});
  const shown = (page, wanted) => page.waitForFunction((texts) =>
    texts.join() === [...document.querySelectorAll('#notes li')].map(({textContent}) => textContent).join(), wanted);
  await post('one');
  for (const page of pages) await shown(page, ['one']);
  assert.equal(await daemon.metric('freshet_connections'), 1);
  await pages.shift().close();
  await daemon.kill9();
  const posting = post('two');
  await daemon.startAgain();
  await posting;
  for (const page of pages) await shown(page, ['two', 'one']);
  assert.equal(await daemon.metric('freshet_connections'), 1);
});
