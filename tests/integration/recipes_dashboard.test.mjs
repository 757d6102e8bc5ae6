// The recipe for live numbers: Debian's Python publishes what this machine does, through Redis, Chromium shows it.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {startBrowser} from '../support/browser.mjs';
import {Program} from '../support/process.mjs';
import {recipes, startRecipe, startRecipeDaemon} from '../support/recipes.mjs';
import {startRedis} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

const kept = ['load', 'memory', 'disk', 'processes', 'uptime'];
const liveOnly = ['cpu', 'received', 'sent'];

test('a dashboard of live numbers', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startRecipeDaemon(t, 'freshet.yaml', {redis: redis.url});
  const url = await startRecipe(t, 'dashboard', daemon);
  const publisher = new Program('/usr/bin/python3', [path.join(recipes, 'dashboard/publish.py')], {env: {REDIS_URL: redis.url}});
  t.after(() => publisher.running && publisher.kill9());
  const browser = await startBrowser(t);

  const shown = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.tile')]
    .map(({id, classList}) => [id, classList.contains('stale') ? 'stale' : document.querySelector(`#${id} output`).textContent])));
  const fresh = (page, names) => until(async () => {
    assert.ok(publisher.running || publisher.signalled, publisher.describe());
    const values = await shown(page);
    return names.every((name) => values[name] !== 'stale') && values;
  }, `values of ${names}`);

  const page = await browser.newPage();
  await page.goto(url);
  const values = await fresh(page, [...kept, ...liveOnly]);
  assert.match(values.memory, /^\d+\.\d %$/);
  assert.match(values.cpu, /^\d+ %$/);
  assert.match(values.received, /B\/s$/);

  await t.test('live-only numbers go on, and leave nothing behind', async () => {
    const points = () => page.evaluate(() => document.querySelector('#cpu path').getAttribute('d').split('L').length);
    const before = await points();
    await until(async () => (await points()) > before + 2, 'three more values');
    assert.deepEqual((await redis.client.keys('freshet:ring:*')).sort(), kept.map((name) => `freshet:ring:machine:${name}`).sort());
    for (const name of kept) assert.equal(await redis.client.llen(`freshet:ring:machine:${name}`), 1);
  });

  await t.test('who comes later gets the last value of each, though nothing is published any more', async () => {
    publisher.signalled = true;
    await publisher.kill9();
    const last = Object.fromEntries(await Promise.all(kept.map(async (name) =>
      [name, JSON.parse((await redis.client.lindex(`freshet:ring:machine:${name}`, 0)).split('\n')[1]).value])));
    const late = await browser.newPage();
    await late.goto(url);
    const seen = await fresh(late, kept);
    assert.equal(seen.processes, String(last.processes));
    assert.equal(seen.memory, `${last.memory.toFixed(1)} %`);
    for (const name of liveOnly) assert.equal(seen[name], 'stale');
    await late.close();
  });

  await t.test('who was away while values went by gets the last one, after a reset', async () => {
    await daemon.kill9();
    await until(async () => (await shown(page)).load === 'stale', 'the page to know that it is away');
    for (const value of [1, 2, 99.5]) {
      await redis.client.call('FCALL', 'freshet_publish', 1, 'machine:load', JSON.stringify({name: 'load', value, at: 0}), 'RING', 1);
    }
    await daemon.startAgain();
    const seen = await fresh(page, ['load']);
    assert.equal(seen.load, '99.50');
    assert.equal(await daemon.metric('freshet_resumes_total', {result: 'trimmed'}), 1);
  });

  await t.test('who was away while nothing happened is told that the values still hold', async () => {
    await daemon.ops('/channels/machine:load/connections', {method: 'DELETE'});
    await until(async () => (await daemon.metric('freshet_resumes_total', {result: 'complete'})) === 1, 'its return');
    await fresh(page, kept.filter((name) => name === 'load'));
  });
});
