// The recipe for the notifications of users who are signed in: two of them in Chromium, through nginx.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBrowser} from '../support/browser.mjs';
import {secretFile, startRecipe, startRecipeDaemon, startRecipeNginx} from '../support/recipes.mjs';
import {until} from '../support/wait.mjs';

test('notifications for users who are signed in', async (t) => {
  const SECRET_FILE = secretFile(t);
  const daemon = await startRecipeDaemon(t, 'notifications/freshet.yaml', {
    env: {SECRET_FILE, FRESHET_AUTH_JWT_LEEWAY: '0s', FRESHET_AUTH_EXPIRING_NOTICE: '4s'}});
  const app = await startRecipe(t, 'notifications', daemon, {SECRET_FILE, TOKEN_SECONDS: '7'});
  const url = await startRecipeNginx(t, {app, daemon});
  const browser = await startBrowser(t);
  // Cookies are per host, so each of these is a browser of its own.
  const hosts = {ann: 'localhost', bob: 'bob.localhost'};

  const visit = async (user) => {
    const page = await browser.newPage();
    Object.assign(page, {streams: 0, loads: 0});
    page.on('request', (request) => {
      page.streams += request.url().includes('/events') ? 1 : 0;
      page.loads += request.url().endsWith('/notes') && request.method() === 'GET' ? 1 : 0;
    });
    await page.goto(url.replace('localhost', hosts[user]));
    return page;
  };
  const signIn = async (page, user) => {
    await page.fill('[name=user]', user);
    await page.click('#login button');
    await page.waitForFunction((name) => document.querySelector('#state').textContent === `signed in as ${name}`, user);
  };
  const send = async (page, to, text) => {
    await page.fill('[name=to]', to);
    await page.fill('[name=text]', text);
    await page.click('#send button');
  };
  const shows = (page, texts) => page.waitForFunction(
    (wanted) => JSON.stringify([...document.querySelectorAll('#notes li span')].map((item) => item.textContent)) === JSON.stringify(wanted), texts);
  const unread = (page, text) => page.waitForFunction((wanted) => document.querySelector('#unread').textContent === wanted, text);

  const [ann, bob] = [await visit('ann'), await visit('bob')];

  await t.test('without a cookie there is no stream, and the page asks to sign in', async () => {
    for (const page of [ann, bob]) await page.waitForSelector('#login', {state: 'visible'});
    // Each asked for the stream, and then why it was closed.
    assert.equal(await daemon.metric('freshet_connections_total', {outcome: 'unauthorized'}), 4);
    await signIn(ann, 'ann');
    await signIn(bob, 'bob');
    const [cookie] = await browser.cookies(url);
    assert.deepEqual([cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite], ['__Host-session', true, true, 'Lax']);
  });

  await t.test('each gets their own, as text, in all of their tabs', async () => {
    const second = await visit('bob');
    await shows(second, []);
    await send(ann, 'bob', 'your turn');
    await send(bob, 'ann', '<b>thanks</b>');
    for (const page of [bob, second]) await shows(page, ['ann: your turn']);
    await shows(ann, ['bob: <b>thanks</b>']);
    await unread(second, '(1)');
    await second.click('#notes button');
    for (const page of [bob, second]) await unread(page, '');
    await second.close();
  });

  await t.test('when the cookie is about to expire it is renewed, and the stream goes on', async () => {
    const {streams} = bob;
    await until(() => bob.streams > streams, 'the next stream');
    await send(ann, 'bob', 'still there?');
    await shows(bob, ['ann: still there?', 'ann: your turn']);
    assert.ok(await bob.isVisible('#in'));
    assert.ok(await daemon.metric('freshet_disconnects_total', {reason: 'expired'}) >= 1);
  });

  await t.test('while Freshet is away nginx tells clients to come back, and after a loss they load the state', async () => {
    const {loads} = bob;
    await daemon.kill9();
    await send(ann, 'bob', 'while it was away');
    await daemon.startAgain();
    await shows(bob, ['ann: while it was away', 'ann: still there?', 'ann: your turn']);
    await until(() => bob.loads > loads, 'the state to be loaded');
  });

  await t.test('signed out, the stream ends and does not come back', async () => {
    await bob.click('#logout');
    await bob.waitForSelector('#login', {state: 'visible'});
    await bob.reload();
    await bob.waitForSelector('#login', {state: 'visible'});
    await until(async () => (await daemon.metric('freshet_connections')) <= 1, 'no stream but ann\'s');
    await signIn(bob, 'bob');
    await shows(bob, ['ann: while it was away', 'ann: still there?', 'ann: your turn']);
  });
});
