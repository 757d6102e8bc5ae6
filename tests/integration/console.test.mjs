// The console in Chromium: by keyboard, in both colour schemes, on a narrow screen, behind a key, and through trouble.
// With FRESHET_WRITE_SCREENSHOTS=1 the pictures of docs/console are made anew.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {startBrowser} from '../support/browser.mjs';
import {binary, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {publishTo} from '../support/publishing.mjs';
import {startRedis} from '../support/redis.mjs';
import {keep} from '../support/tokens.mjs';
import {sleep, until} from '../support/wait.mjs';

const forDocs = process.env.FRESHET_WRITE_SCREENSHOTS === '1';
const screenshots = forDocs ? fileURLToPath(new URL('../../docs/console', import.meta.url))
  : path.join(path.dirname(binary()), 'screenshots');

const desktop = {width: 1240, height: 780};

/** What docs/console.md shows. */
const pictures = ['light', 'dark', 'narrow-light', 'key', 'not-ready'];

async function photograph(page, name) {
  if (forDocs && !pictures.includes(name)) return;
  fs.mkdirSync(screenshots, {recursive: true});
  await page.screenshot({path: path.join(screenshots, `${name}.png`)});
}

const browser = await startBrowser(test);

/** Opens the console of a daemon. Nothing may go wrong in it unnoticed, its policy being broken above all. */
async function openConsole(t, daemon, {hash = '', url = daemon.urls.ops[0]} = {}) {
  const page = await browser.newPage();
  t.after(() => page.close());
  const trouble = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    // Requests that are refused or broken are part of the tests.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text())) trouble.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) trouble.push(`asked for ${request.url()}`);
  });
  t.after(() => assert.deepEqual(trouble, []));
  await page.setViewportSize(desktop);
  await page.emulateMedia({colorScheme: 'light'});
  await page.goto(`${url}/${hash}`);
  return page;
}

/** Waits until a function of the page says yes. (Playwright's own way needs eval, which the page's policy forbids.) */
const seen = (page, condition, argument) => until(() => page.evaluate(condition, argument), String(condition));
const text = (page, selector) => page.textContent(selector);
const state = (page, wanted) => page.waitForSelector(`#state[data-state="${wanted}"]`);
const streamState = (page, wanted) => page.waitForSelector(`#stream-state[data-state="${wanted}"]`);
/** Events that are shown, newest first. */
const rows = (page) => page.$$eval('#log li:not([hidden])', (all) => all.map((row) => ({
  kind: row.className.replace('entry ', ''), id: row.querySelector('.id')?.textContent,
  event: row.querySelector('.name').textContent, data: row.querySelector('.data').textContent,
})));
const row = (page, id) => seen(page, (wanted) => [...document.querySelectorAll('#log .id')].some(({textContent}) => textContent === wanted), id);
const total = (page, count) => seen(page, (wanted) => document.querySelector('#tally').textContent.startsWith(`${wanted} event`),
  count.toLocaleString('en'));
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className);

async function watch(page, channels) {
  await page.keyboard.press('w');
  await page.keyboard.type(channels);
  await page.keyboard.press('Enter');
  await streamState(page, 'open');
  await page.waitForSelector('#log .control');
  await page.keyboard.press('Escape');
}

test('the files of the console', async (t) => {
  const daemon = await startFreshetd(t, {dev: false, opsListen: '0.0.0.0:0'});
  const page = await daemon.ops('/');
  assert.equal(page.status, 200, 'static, and served without a key');
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(page.headers['content-security-policy'], /^default-src 'none';/);
  const files = [...page.text.matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map((match) => `/${match[1]}`);
  assert.ok(files.length >= 3);
  for (const file of ['/', ...files]) {
    const reply = await daemon.ops(file);
    assert.equal(reply.status, 200, file);
    const {etag} = reply.headers;
    const again = await daemon.ops(file, {headers: {'If-None-Match': etag}});
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', etag]);
    const head = await daemon.ops(file, {method: 'HEAD'});
    assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, String(reply.body.length), '']);
    assert.equal((await daemon.ops(file, {method: 'POST'})).status, 405);
    assert.equal((await daemon.ops(file, {headers: {Host: 'evil.example'}})).status, 403, 'not for a foreign name');
    assert.equal((await daemon.public(file)).status, 404, 'never on the public listener');
  }
});

test('the console', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url, instance: 'web-1', config: {streams: {retry: '300ms'}}});
  const page = await openConsole(t, daemon);
  const publish = (data, ...options) => publishTo(redis.client, 'orders', data, ...options);

  await t.test('says what is running, and that nothing is watched yet', async () => {
    await state(page, 'ready');
    assert.equal(await text(page, '#instance'), 'web-1');
    assert.match(await text(page, '#version'), /^\d+\.\d+/);
    assert.equal(await text(page, '[data-field="type"]'), 'Redis');
    assert.equal(await text(page, '[data-field="subscriber"]'), 'up');
    assert.match(await text(page, '[data-field="redis-memory"]'), /^[\d.,]+\u00a0[KM]iB$/);
    assert.equal(await text(page, '[data-field="pid"]'), String(daemon.pid));
    assert.equal(await text(page, '.empty-title'), 'Nothing is being watched');
    assert.match(await page.title(), /^web-1 · Ready/);
    assert.equal(await focused(page), 'channels');
  });

  await t.test('is worked with the keyboard alone: watch, publish, and see the event with its id', async () => {
    await page.keyboard.press('Escape');
    await watch(page, 'orders user:42');
    assert.match(await text(page, '#stream-state'), /^Watching orders, user:42$/);
    assert.equal((await rows(page)).at(-1).event, 'stream-cursor');
    await page.keyboard.press('n');
    assert.equal(await focused(page), 'publish-data', 'the channel is there already');
    await page.keyboard.type('{"order":1,"items":[{"sku":"A-17"}]}');
    await page.keyboard.press('Tab');
    await page.keyboard.type('order-created');
    await page.keyboard.press('Control+Enter');
    const result = await (await page.waitForSelector('#publish-result[data-state="good"]')).textContent();
    const [id] = result.match(/\d+$/);
    await row(page, id);
    assert.deepEqual((await rows(page))[0], {kind: 'event', id, event: 'order-created', data: '{"order":1,"items":[{"sku":"A-17"}]}'});
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.keyboard.press('Enter');
    assert.match(await text(page, '#log pre'), /^\{\n {2}"order": 1,\n/, 'JSON is indented');
    assert.match(await text(page, '#log .about'), new RegExp(`id ${id} · event order-created · 36 bytes`));
    await page.keyboard.press('Enter');
    assert.equal(await page.$('#log pre'), null);
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.querySelector('.name').textContent), 'stream-cursor');
    await page.keyboard.press('Home');
    assert.equal(await page.evaluate(() => document.activeElement.querySelector('.id').textContent), id);
  });

  await t.test('shows every kind of event as what it is, and nothing of it as HTML', async () => {
    await redis.client.publish('freshet:orders', 'typing');
    await publish('');
    const evil = '<img src=x onerror="document.title=1"><b>&amp;</b>';
    await row(page, await publish(evil));
    const [first, second, third] = await rows(page);
    assert.equal(first.data, evil);
    assert.deepEqual([second.data, second.event], ['empty', '']);
    assert.deepEqual([third.data, third.id], ['typing', 'live']);
    assert.equal(await page.$('#log img'), null);
  });

  await t.test('cuts a long event, and shows all of it when asked', async () => {
    const long = 'long '.repeat(10_000);
    await row(page, await publish(long));
    assert.ok((await rows(page))[0].data.length < 1000);
    await page.keyboard.press('e');
    await page.keyboard.press('Enter');
    assert.ok((await text(page, '#log pre')).length < long.length);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal((await text(page, '#log pre')).length, long.length);
  });

  await t.test('pauses, says how many wait, and goes on', async () => {
    await page.keyboard.press('p');
    const before = await rows(page);
    const ids = [];
    for (let index = 0; index < 3; index += 1) ids.push(await publish(`while paused ${index}`));
    await seen(page, () => document.querySelector('#pause').textContent === 'Continue (3 waiting)');
    assert.deepEqual(await rows(page), before);
    assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
    await page.keyboard.press('p');
    await row(page, ids[2]);
    assert.deepEqual((await rows(page)).slice(0, 3).map(({id}) => id), ids.reverse());
  });

  await t.test('filters what is there and what comes', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('Paused 1');
    await seen(page, () => /1 of \d+ lines match/.test(document.querySelector('#tally').textContent));
    assert.deepEqual((await rows(page)).map(({data}) => data), ['while paused 1']);
    await publish('something else');
    await publish('also Paused 1');
    await seen(page, () => /2 of \d+ lines match/.test(document.querySelector('#tally').textContent));
    assert.equal((await rows(page)).length, 2);
    await page.fill('#filter', 'no such thing');
    await page.waitForSelector('#empty:not([hidden])');
    assert.equal(await text(page, '.empty-title'), 'Nothing matches the filter');
    await page.fill('#filter', '');
    await page.keyboard.press('Escape');
  });

  await t.test('keeps a bounded number of rows, however many come', async () => {
    await page.keyboard.press('x');
    await total(page, 0);
    const calls = Array.from({length: 3000}, (_, index) => publish(`flood ${index}`));
    await Promise.all(calls);
    await total(page, 3000);
    const shown = await rows(page);
    assert.equal(shown.length, 500);
    assert.equal(shown[0].data, 'flood 2999');
    assert.match(await text(page, '#tally'), /the last 500 lines are kept/);
  });

  await t.test('says why a publication was not taken', async () => {
    await page.fill('#publish-event', 'stream-forged');
    await page.click('#publish-button');
    const result = await page.waitForSelector('#publish-result[data-state="bad"]');
    assert.match(await result.textContent(), /^400 · .*stream-/);
    await page.fill('#publish-event', '');
    await page.check('[name=kind][value=live]');
    await page.click('#publish-button');
    await seen(page, () => document.querySelector('#publish-result').textContent === 'Sent, live only');
  });

  await t.test('shows rates and latency', async () => {
    await seen(page, () => /^\d.*\/s$/.test(document.querySelector('[data-figure="sent"] .value').textContent));
    assert.ok((await page.getAttribute('[data-figure="sent"] .line', 'd')).startsWith('M'));
    assert.match(await text(page, '[data-figure="bytes"] .note'), /^peak .*B\/s$/);
  });

  await t.test('shows Redis going and coming back, without a reload', async () => {
    await redis.kill9();
    await state(page, 'waiting');
    assert.equal(await text(page, '#state-text'), 'Not ready');
    await seen(page, () => /redis/.test(document.querySelector('#notice').textContent));
    await page.waitForSelector('[data-field="subscriber"][data-state="bad"]');
    await redis.start();
    await state(page, 'ready');
    await page.waitForSelector('[data-field="subscriber"][data-state="good"]');
    assert.ok(await page.isHidden('#notice'));
    await page.waitForSelector('#log .reset');
    assert.match((await rows(page)).find(({kind}) => kind === 'reset').data, /history-lost.*orders/);
  });

  await t.test('outlives a restart of the daemon: what came meanwhile is there', async () => {
    await daemon.kill9();
    await state(page, 'unreachable');
    await streamState(page, 'dropped');
    const ids = [await publish('missed 1'), await publish('missed 2')];
    await daemon.startAgain();
    await state(page, 'ready');
    await row(page, ids[1]);
    const shown = await rows(page);
    const opened = shown.findIndex(({event}) => event === 'stream-cursor');
    assert.match(shown[opened].data, /^Resumed/);
    assert.deepEqual(shown.slice(0, opened).map(({id}) => id), ids.reverse());
    assert.equal(await text(page, '[data-field="pid"]'), String(daemon.pid));
  });

  await t.test('notices a daemon that hangs, and that it goes on', async () => {
    daemon.signal('SIGSTOP');
    await state(page, 'unreachable');
    assert.match(await text(page, '#notice'), /^Nothing was heard for 5 s\. .* Trying again\.$/);
    daemon.signal('SIGCONT');
    await state(page, 'ready');
    assert.ok(await page.isHidden('#notice'));
  });

  await t.test('watches what its link says', async (t2) => {
    const linked = await openConsole(t2, daemon, {hash: '#channel=a&channel=b'});
    await streamState(linked, 'open');
    assert.equal(await text(linked, '#stream-state'), 'Watching a, b');
    assert.equal(await linked.inputValue('#channels'), 'a b');
    await linked.click('#watch-button');
    await streamState(linked, 'stopped');
  });
});

test('the console is reached by Tab, with a focus that is seen, and its keys can be switched off', async (t) => {
  const daemon = await startFreshetd(t);
  const page = await openConsole(t, daemon);
  await state(page, 'ready');
  await page.focus('.skip');
  const order = ['skip'];
  while (order.at(-1) !== 'publish-button' && order.length < 40) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
    const outline = await page.evaluate(() => {
      const {nextElementSibling, type} = document.activeElement;
      return getComputedStyle(type === 'radio' ? nextElementSibling : document.activeElement).outlineStyle;
    });
    assert.notEqual(outline, 'none', `${order.at(-1)} shows its focus`);
  }
  const wanted = ['skip', 'help-button', 'channels', 'from', 'watch-button', 'filter', 'pause', 'clear', 'publish-channel', 'publish-data',
    'publish-event', 'publish-key', '', 'publish-button'];
  assert.deepEqual(order.filter((id) => id !== 'log-frame'), wanted);
  const unlabelled = await page.$$eval('input, select, textarea, button', (all) => all.filter((each) => !(each.labels?.length > 0)
    && !each.ariaLabel && each.textContent.trim() === '').map(({id}) => id));
  assert.deepEqual(unlabelled, []);

  await page.keyboard.press('?');
  assert.ok(await page.isVisible('#help'));
  await photograph(page, 'keyboard');
  await page.uncheck('#single-keys');
  await page.keyboard.press('Escape');
  assert.ok(await page.isHidden('#help'));
  await page.keyboard.press('p');
  assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'false');
});

test('the parts of the console', async (t) => {
  const page = await openConsole(t, await startFreshetd(t));
  const stream = 'retry: 7\n\n:\nid: 1\ndata: a\ndata:b\n\nevent: x\r\ndata\r\n\r\nid: 2\rdata:  c: d\r\r:\nid: 3\n\ndata: cut';
  const parsed = await page.evaluate(async (whole) => {
    const {Parser} = await import('/console/feed.js');
    return Array.from(whole, (_, index) => {
      const seen = [];
      const parser = new Parser({onEvent: (event) => seen.push(event), onRetry: (ms) => seen.push(ms)});
      for (let at = 0; at < whole.length; at += index + 1) parser.feed(whole.slice(at, at + index + 1));
      return JSON.stringify(seen);
    });
  }, stream);
  const wanted = [7, {id: '1', event: '', data: 'a\nb'}, {event: 'x', data: ''}, {id: '2', event: '', data: ' c: d'}];
  assert.deepEqual([...new Set(parsed)].map(JSON.parse), [wanted], 'however the stream is cut into pieces');

  const told = await page.evaluate(async () => {
    const {bytes, duration, quantile} = await import('/console/status.js');
    const none = {count: 0, buckets: [[0.001, 0], [0.01, 0], [1, 0]]};
    const some = {count: 100, buckets: [[0.001, 50], [0.01, 95], [1, 99]]};
    return {
      quantiles: [0.25, 0.5, 0.95, 0.99, 0.995].map((share) => String(quantile(share, none, some))),
      ofNothing: [quantile(0.5, none, none), quantile(0.5, some, some)],
      durations: [0.00025, 0.0042, 59.9, 3600, 90_061].map(duration),
      sizes: [0, 1023, 1024, 2_200_000].map(bytes),
    };
  });
  assert.deepEqual(told.quantiles, ['0.0005', '0.001', '0.01', '1', 'Infinity']);
  assert.deepEqual(told.ofNothing, [null, null]);
  const spaced = (texts) => texts.map((each) => each.replaceAll('\u00a0', ' '));
  assert.deepEqual(spaced(told.durations), ['250 µs', '4.2 ms', '59 s', '1 h', '1 d 1 h']);
  assert.deepEqual(spaced(told.sizes), ['0 B', '1,023 B', '1 KiB', '2.1 MiB']);
});

test('a draining daemon', async (t) => {
  const daemon = await startFreshetd(t, {config: {drain: {period: '5s'}}});
  const page = await openConsole(t, daemon);
  await state(page, 'ready');
  const client = await daemon.stream('channel=a');
  daemon.signal('SIGTERM');
  await state(page, 'draining');
  assert.match(await text(page, '#notice'), /^Draining: no new streams; [01] left to end\.$/);
  await state(page, 'unreachable');
  client.close();
  daemon.stopped = true;
  assert.deepEqual(await daemon.program.exit(), {code: 0, signal: null});
});

test('a listener with keys', async (t) => {
  const key = `k${crypto.randomBytes(24).toString('base64url')}`;
  const line = `ops sha256:${crypto.createHash('sha256').update(key).digest('hex')} *\n`;
  const file = keep(temporaryFolder(t), 'publish.keys', line);
  const daemon = await startFreshetd(t, {dev: false, opsListen: '0.0.0.0:0', config: {ops: {publish_keys_file: file}}});
  const url = `http://127.0.0.1:${daemon.opsPort}`;
  const page = await openConsole(t, daemon, {url});
  const asked = () => page.waitForSelector('#key-dialog[open]');
  const give = async (value) => {
    await page.fill('#key', value);
    await page.keyboard.press('Enter');
  };

  await asked();
  assert.equal(await text(page, '#state-text'), 'Key needed');
  await photograph(page, 'key');
  await give('wrong');
  await seen(page, () => /neither a publish key/.test(document.querySelector('#key-reason').textContent));
  await asked();
  await give(key);
  await state(page, 'ready');
  await page.keyboard.press('Escape');
  await watch(page, 'secret');
  await page.fill('#publish-data', 'told');
  await page.click('#publish-button');
  const result = await (await page.waitForSelector('#publish-result[data-state="good"]')).textContent();
  await row(page, result.match(/\d+$/)[0]);

  await page.selectOption('#from', 'earliest');
  await page.click('#key-button');
  await Promise.all([streamState(page, 'refused'), state(page, 'locked'), asked()]);
  await give(key);
  await streamState(page, 'open');
  await seen(page, () => document.querySelector('#log .control .data').textContent.startsWith('Resumed'));
  assert.equal((await rows(page)).filter(({data}) => data === 'told').length, 1, 'it goes on where it stood');
  await page.click('#watch-button');
  await streamState(page, 'stopped');
  await page.click('#key-button');
  await asked();
  await give(key);
  await state(page, 'ready');
  assert.equal(await text(page, '#stream-state'), 'Stopped', 'what was stopped is not started by a key');

  await page.reload();
  await state(page, 'ready');
  await streamState(page, 'open');
  assert.ok(!page.url().includes(key));
  assert.equal(await text(page, '#key-button'), 'Forget key');
  await page.click('#key-button');
  await asked();
  await page.click('#key-cancel');
  assert.ok(await page.isHidden('#key-dialog'));
  assert.equal(await text(page, '#key-button'), 'Enter key');
  await page.click('#key-button');
  await asked();
  assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0, 'it is forgotten');
  assert.doesNotMatch(daemon.log, new RegExp(key));
});

test('the console in light and dark, wide and narrow', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url, instance: 'web-1'});
  const page = await openConsole(t, daemon, {hash: '#channel=orders&channel=user:42'});
  await streamState(page, 'open');
  await traffic(redis, daemon, t, forDocs ? 125_000 : 2500);
  await page.fill('#publish-data', '{"order":9001,"status":"received"}');
  await page.fill('#publish-event', 'order-received');
  await page.click('#publish-button');
  await page.waitForSelector('#publish-result[data-state="good"]');
  await page.keyboard.press('p');
  await page.keyboard.press('e');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const backgrounds = new Set();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    await page.setViewportSize(desktop);
    await photograph(page, colorScheme);
    assert.deepEqual(await faint(page), [], `${colorScheme}: text that is hard to read`);
    for (const width of [380, 800]) {
      await page.setViewportSize({width, height: 800});
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'nothing sticks out');
    }
    await page.setViewportSize({width: 380, height: 800});
    await page.evaluate(() => scrollTo(0, 0));
    await photograph(page, `narrow-${colorScheme}`);
  }
  assert.equal(backgrounds.size, 2);
  await page.emulateMedia({colorScheme: 'light'});
  await page.setViewportSize(desktop);
  await redis.kill9();
  await page.waitForSelector('[data-field="subscriber"][data-state="bad"]');
  await photograph(page, 'not-ready');
});

/** Clients that come and go, and orders whose rate rises and falls. */
async function traffic(redis, daemon, t, ms) {
  const clients = [];
  t.after(() => clients.forEach((client) => client.close()));
  const kinds = ['received', 'packed', 'sent'];
  const begin = Date.now();
  for (let number = 0; Date.now() < begin + ms; number += 1) {
    const wave = (seconds) => Math.sin((Date.now() - begin) / 1000 / seconds);
    const order = {order: 4700 + number, status: kinds[number % 3], total: 12.5 + number, items: [{sku: 'A-17', count: 2}]};
    await publishTo(redis.client, 'orders', JSON.stringify(order), 'EVENT', `order-${order.status}`);
    if (number % 5 === 4) await publishTo(redis.client, 'user:42', `Your parcel ${number} is on its way`);
    if (number % 7 === 6) await redis.client.publish('freshet:user:42', '{"typing":true}');
    if (number % 4 === 3) {
      if (clients.length < 24 + 12 * wave(11)) clients.push(await daemon.stream('channel=orders'));
      else clients.shift().close();
    }
    await sleep(90 + 40 * wave(9) + 20 * wave(2.3));
  }
}

/** Text whose contrast to what is behind it is below 4.5 (WCAG 2, AA): its words and the figure. */
function faint(page) {
  return page.evaluate(() => {
    const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
    const colour = (css) => css.match(/[\d.]+/g).map(Number);
    const over = ([r, g, b, alpha = 1], below) => [r, g, b].map((value, index) => value * alpha + below[index] * (1 - alpha));
    const ground = (element) => {
      if (!element) return [255, 255, 255];
      const own = colour(getComputedStyle(element).backgroundColor);
      return own.length === 4 && own[3] < 1 ? over(own, ground(element.parentElement)) : own;
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === '' || !element.checkVisibility() || element.closest('script, noscript, option')) continue;
      const behind = ground(element);
      const [lighter, darker] = [luminance(over(colour(getComputedStyle(element).color), behind)), luminance(behind)].sort((a, b) => b - a);
      const contrast = (lighter + 0.05) / (darker + 0.05);
      if (contrast < 4.5) found.push(`${node.data.trim().slice(0, 30)} ${contrast.toFixed(2)}`);
    }
    return [...new Set(found)];
  });
}
