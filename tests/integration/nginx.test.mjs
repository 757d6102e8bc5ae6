// Behind Debian's nginx with the configuration that we ship.
import path from 'node:path';
import test from 'node:test';

import {behavesBehind} from '../support/behind_proxy.mjs';
import {openPage, startBrowser} from '../support/browser.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startNginx} from '../support/nginx.mjs';

test('behind nginx', (t) => behavesBehind(t, (t2, sockets) => startNginx(t2, sockets, {shutdown: '1s'})));

test('a page may have many more than six streams at once', async (t) => {
  const sockets = ['one', 'two'].map((name) => path.join(temporaryFolder(t), `${name}.sock`));
  const daemon = await startFreshetd(t, {listen: sockets.map((socket) => `unix:${socket}`)});
  const {url} = await startNginx(t, sockets);
  const browser = await startBrowser(t, {ignoreHTTPSErrors: true});
  await browser.route(`${url}/page`, (route) => route.fulfill({contentType: 'text/html', body: '<!doctype html>'}));
  const page = await openPage(t, browser, `${url}/page`);
  await page.evaluate(() => Promise.all(Array.from({length: 20}, () => new Promise((resolve) => {
    const source = new EventSource('/events?channel=many');
    source.addEventListener('stream-cursor', resolve);
    source.onmessage = ({data}) => window.received.push(data);
  }))));
  await daemon.publish('many', 'to all');
  await page.waitForFunction(() => window.received.length === 20);
});
