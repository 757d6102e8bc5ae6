// Recipes that begin at the first event, however late one joins: the answer of a language model, and a build's log.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBrowser} from '../support/browser.mjs';
import {startRecipe, startRecipeDaemon} from '../support/recipes.mjs';
import {until} from '../support/wait.mjs';

const textOf = (page, selector = '#text') => page.locator(selector).evaluate((element) => element.textContent);
const json = async (url) => (await fetch(url)).json();

/** Opens a page; `loads` counts how often it asked the application for the state. */
async function openPage(t, browser, url) {
  const page = await browser.newPage();
  page.loads = 0;
  page.on('request', (request) => { page.loads += /\/(?:answers|builds)\/.+/.test(request.url()) ? 1 : 0; });
  t.after(() => page.close());
  await page.goto(url);
  return page;
}

async function answers(t, browser) {
  const daemon = await startRecipeDaemon(t);
  const url = await startRecipe(t, 'answers', daemon, {PACE_MS: '15'});

  const ask = async (t2, base = url) => {
    const page = await openPage(t2, browser, base);
    await page.fill('[name=question]', 'Is naïve text — “quoted” — kept?');
    await page.click('button');
    await page.waitForURL(/#.+/);
    return {page, state: `${base}/answers/${page.url().split('#')[1]}`};
  };
  const longerThan = (page, length) => until(async () => (await textOf(page)).length > length, `${length} characters`);
  const assertWhole = async (page, state) => {
    await page.waitForSelector('#state[data-state=done]');
    const {text, done} = await json(state);
    assert.ok(done && text.length > 300);
    assert.match(text, /naïve text — “quoted” — kept/);
    assert.equal(await textOf(page), text);
    return text.length;
  };

  await Promise.all([
    t.test('a tab that is reloaded in mid-answer, again and again, shows the whole answer', async (t2) => {
      const {page, state} = await ask(t2);
      const seen = [];
      for (const length of [20, 100, 200]) {
        await longerThan(page, length);
        seen.push((await textOf(page)).length);
        await page.reload();
      }
      const {loads} = page;
      await page.reload();
      const length = await assertWhole(page, state);
      assert.equal(page.loads, loads, 'the stream alone has it all');
      assert.ok(Math.min(...seen) < length, 'a reload was in mid-answer');
      t2.diagnostic(`reloaded at ${seen} of ${length} characters`);
    }),

    t.test('one that joins late, and one that comes when it is finished, show the whole answer', async (t2) => {
      const {page, state} = await ask(t2);
      await longerThan(page, 150);
      const late = await openPage(t2, browser, page.url());
      await assertWhole(late, state);
      await assertWhole(page, state);
      const later = await openPage(t2, browser, page.url());
      await assertWhole(later, state);
      assert.deepEqual([late.loads, later.loads], [0, 0], 'the stream alone has it all');
    }),

    t.test('a broken connection costs no token', async (t2) => {
      const {page, state} = await ask(t2);
      await longerThan(page, 50);
      const channel = `answer:${page.url().split('#')[1]}`;
      assert.equal((await daemon.ops(`/channels/${channel}/connections`, {method: 'DELETE'})).status, 202);
      await assertWhole(page, state);
    }),

    t.test('what the daemon no longer has is loaded from the application', async (t2) => {
      const small = await startRecipeDaemon(t2, 'freshet.yaml', {env: {FRESHET_BACKPLANE_HISTORY_EVENTS: '4'}});
      const base = await startRecipe(t2, 'answers', small, {PACE_MS: '15'});
      const {page, state} = await ask(t2, base);
      await longerThan(page, 100);
      const late = await openPage(t2, browser, page.url());
      await longerThan(late, 100);
      assert.ok(late.loads > 0, 'the beginning came from the application');
      // Its history goes with the daemon: everybody is told to load the state anew.
      await small.kill9();
      await small.startAgain();
      await assertWhole(late, state);
      await assertWhole(page, state);
    }),
  ]);
}

async function buildLog(t, browser) {
  const daemon = await startRecipeDaemon(t);
  const url = await startRecipe(t, 'build-log', daemon, {STEP_SECONDS: '0.03'});

  const start = async (t2, base = url) => {
    const page = await openPage(t2, browser, base);
    await page.click('#start');
    await page.waitForURL(/#.+/);
    return {page, state: `${base}/builds/${page.url().split('#')[1]}`};
  };
  const assertWhole = async (page, state) => {
    await page.waitForSelector('#state[data-state=done]');
    const {lines, code} = await json(state);
    assert.deepEqual([lines.length, code], [44, 0]);
    assert.equal(await textOf(page, '#log'), lines.map(({text}) => text).join('\n'));
    assert.equal(await page.locator('#bar').evaluate((bar) => bar.value), 100);
    assert.equal(await textOf(page, '#state'), 'built');
  };


  await Promise.all([
    t.test('is whole after a reload, for a late visitor, and when it is over', async (t2) => {
      const {page, state} = await start(t2);
      await page.waitForFunction(() => document.querySelector('#log').textContent.includes('part 8 '));
      // A page that was busy for a while may have missed the middle.
      assert.match(await textOf(page, '#state'), /^(?:\d+ %|built)$/);
      await page.reload();
      const late = await openPage(t2, browser, page.url());
      for (const each of [page, late]) await assertWhole(each, state);
      await assertWhole(await openPage(t2, browser, page.url()), state);
    }),

    t.test('is loaded from the application where the daemon no longer has it', async (t2) => {
      const small = await startRecipeDaemon(t2, 'freshet.yaml', {env: {FRESHET_BACKPLANE_HISTORY_EVENTS: '4'}});
      const {page, state} = await start(t2, await startRecipe(t2, 'build-log', small, {STEP_SECONDS: '0.03'}));
      await page.waitForFunction(() => document.querySelector('#log').textContent.includes('part 8 '));
      await page.reload();
      await assertWhole(page, state);
    }),
  ]);
}

test('recipes that begin at the first event', {concurrency: 2}, async (t) => {
  const browser = await startBrowser(t);
  await Promise.all([
    t.test('answers, token by token', {concurrency: 4}, (t2) => answers(t2, browser)),
    t.test('a build log', {concurrency: 2}, (t2) => buildLog(t2, browser)),
  ]);
});
