// The recipe for one stream in many tabs, with a SharedWorker and without.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBrowser} from '../support/browser.mjs';
import {startRecipe, startRecipeDaemon} from '../support/recipes.mjs';
import {until} from '../support/wait.mjs';

const tabs = 8;

/** Keeps what a page's SharedStream dispatches, from its making on, in window.seen. */
const watchStream = () => {
  window.seen = [];
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event instanceof MessageEvent && this.kind) window.seen.push({type: event.type, data: event.data, id: event.lastEventId});
    return dispatch.call(this, event);
  };
};

for (const [kind, query] of [['SharedWorker', ''], ['BroadcastChannel', '?without-worker']]) {
  test(`many tabs, one stream, by ${kind}`, async (t) => {
    const daemon = await startRecipeDaemon(t);
    const url = await startRecipe(t, 'tabs', daemon);
    const browser = await startBrowser(t);
    await browser.addInitScript(watchStream);
    const sent = [];

    const open = async () => {
      const page = await browser.newPage();
      await page.goto(`${url}/${query}`);
      await page.waitForSelector('#state[data-state=open]');
      assert.equal(await page.locator('#state').textContent(), kind);
      return page;
    };
    const post = async (text) => {
      const body = JSON.stringify({text});
      const reply = await fetch(`${url}/notes`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body});
      sent.push({id: (await reply.json()).id, text});
    };
    /** Waits until every page shows all notes, and asserts that each had the events since `from` once and in order. */
    const assertSeen = async (pages, from) => {
      const last = sent.at(-1).text;
      for (const page of pages) {
        await page.waitForFunction((text) => document.querySelector('#notes').textContent.includes(text), last);
        const events = (await page.evaluate(() => window.seen)).filter(({type}) => type === 'note');
        const expected = sent.slice(from.get(page));
        assert.deepEqual(events.map(({id, data}) => ({id, text: JSON.parse(data).text})), expected);
        const shown = await page.locator('#notes li').allTextContents();
        assert.deepEqual(shown, sent.map(({text}) => text).reverse(), 'the state and the events on top of it');
      }
    };
    const openings = async (page) => (await page.evaluate(() => window.seen)).filter(({type}) => type.startsWith('stream-'));

    await post('before all');
    const pages = [];
    const from = new Map();
    for (let tab = 0; tab < tabs; tab += 1) {
      pages.push(await open());
      from.set(pages.at(-1), sent.length);
      if (tab % 3 === 0) await post(`with ${tab + 1} tabs open`);
    }
    await t.test('eight tabs hold one connection', async () => {
      assert.equal(await daemon.metric('freshet_connections'), 1);
      assert.equal(await daemon.metric('freshet_connections_total', {outcome: 'stream'}), 1);
    });

    await t.test('each of them gets every event once, and begins with its state', async () => {
      for (let n = 0; n < 5; n += 1) await post(`note ${n}`);
      await assertSeen(pages, from);
      for (const page of pages) {
        const [opening, ...more] = await openings(page);
        assert.deepEqual([opening.type, opening.data, more], ['stream-cursor', '{"resume":"fresh"}', []]);
      }
    });

    await t.test('the first tab crashes: the others lose none', async () => {
      const crashed = pages.shift();
      await Promise.all([crashed.waitForEvent('crash'), crashed.goto('chrome://crash').catch(() => {})]);
      await post('after a crash');
      for (const page of pages) {
        await page.waitForFunction(() => document.querySelector('#notes').textContent.includes('after a crash'));
        assert.deepEqual(await page.locator('#notes li').allTextContents(), sent.map(({text}) => text).reverse());
      }
      await until(async () => (await daemon.metric('freshet_connections')) === 1, 'one connection');
      assert.equal(await daemon.metric('freshet_connections_total', {outcome: 'stream'}), 2, 'a new worker, or another tab');
      // A tab that loads its state may be told of it before the event comes: what follows begins after that.
      await post('and after that');
      for (const page of pages) {
        await page.waitForFunction(() => window.seen.some(({data}) => data.includes('and after that')));
        await page.evaluate(() => { window.seen = []; });
        from.set(page, sent.length);
      }
    });

    await t.test('the first tab is closed while events come: the others lose none', async () => {
      for (let closed = 0; closed < 2; closed += 1) {
        const posting = (async () => {
          for (let n = 0; n < 10; n += 1) await post(`while tab ${closed} closes ${n}`);
        })();
        await pages.shift().close();
        await posting;
        await post(`after tab ${closed} was closed`);
        await assertSeen(pages, from);
        await until(async () => (await daemon.metric('freshet_connections')) === 1, 'one connection');
      }
      // A worker outlives its tabs; without one, another tab has taken over, twice.
      const streams = await daemon.metric('freshet_connections_total', {outcome: 'stream'});
      assert.equal(streams, kind === 'SharedWorker' ? 2 : 4);
    });

    if (kind === 'BroadcastChannel') await t.test('what a new leader passes on a second time is passed over', async () => {
      await pages[1].evaluate(() => {
        const again = window.seen.filter(({type}) => type === 'note').slice(-2);
        const channel = new BroadcastChannel(`shared-stream ${window.stream.url}`);
        for (const event of again) channel.postMessage({event});
        channel.close();
      });
      await post('and on it goes');
      await assertSeen(pages, from);
    });

    await t.test('a stream that breaks goes on, for all of them', async () => {
      await daemon.ops('/channels/tabs/connections', {method: 'DELETE'});
      await post('while it was away');
      await assertSeen(pages, from);
    });

    await t.test('after a loss all of them are told, and load the state', async () => {
      await daemon.kill9();
      const posting = post('while there was no daemon');
      await daemon.startAgain();
      await posting;
      await post('and after that');
      for (const page of pages) {
        await page.waitForFunction((texts) => texts.every((text) => document.querySelector('#notes').textContent.includes(text)),
          sent.map(({text}) => text));
        assert.equal((await openings(page)).at(-1).type, 'stream-reset');
      }
    });
  });
}
