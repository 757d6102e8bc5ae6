// What a page's EventSource gets; and the LastingSource of docs/recipes, in a browser, where its EventSource gives up.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import {openPage, receivedBy} from './browser.mjs';
import {endpointOf} from './http.mjs';
import {publishSome} from './publishing.mjs';
import {recipes} from './recipes.mjs';
import {until} from './wait.mjs';

const lastingModule = fs.readFileSync(path.join(recipes, 'common/lasting_source.mjs'), 'utf8');

/**
 * Opens an EventSource in the page, or with `module`, the text of lasting_source.mjs, a LastingSource. Its events go to
 * window.received, what the broker's own say to window.control, and window.errors counts.
 */
export async function openSource(page, url, module = null) {
  await page.evaluate(async ([url, module]) => {
    const load = () => import(URL.createObjectURL(new Blob([module], {type: 'text/javascript'})));
    const source = module ? new (await load()).LastingSource(url, {pause: 200}) : new EventSource(url);
    Object.assign(window, {source, control: [], errors: 0});
    source.addEventListener('message', ({data, lastEventId}) => window.received.push({id: lastEventId, data}));
    source.addEventListener('error', () => {
      window.errors += 1;
    });
    for (const name of ['stream-cursor', 'stream-reset']) {
      source.addEventListener(name, ({data}) => window.control.push(JSON.parse(data).resume ?? JSON.parse(data).reason));
    }
  }, [url, module]);
}

/** What the opening events and resets of the page's source said. */
export const control = (page) => page.evaluate(() => window.control);
/** Waits for the first of them. */
export const opened = (page) => page.waitForFunction(() => window.control.length > 0);

/** A web server that is one origin with the daemon behind it: it has pages and a download, and passes streams on or fails to. */
class Front {
  /** Method and path of every request. */
  asked = [];
  #status;
  #streams = new Set();

  constructor(daemonUrl) {
    this.daemonUrl = daemonUrl;
    this.server = http.createServer((request, reply) => this.#answer(request, reply));
  }

  async start(t) {
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    t.after(() => {
      this.server.close();
      this.server.closeAllConnections();
    });
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  /** Breaks all streams, and answers who comes back with this status. */
  fail(status) {
    this.#status = status;
    for (const stream of this.#streams) stream.destroy();
  }

  recover() {
    this.#status = undefined;
  }

  #answer({method, url, headers}, reply) {
    this.asked.push(`${method} ${url.split('?')[0]}`);
    if (url === '/download') reply.writeHead(200, {'Content-Disposition': 'attachment'}).end('a file');
    else if (!url.startsWith('/events')) reply.writeHead(200, {'Content-Type': 'text/html'}).end('<!doctype html>');
    else if (this.#status) reply.writeHead(this.#status).end();
    else this.#passOn({path: url, method, headers}, reply);
  }

  #passOn(request, reply) {
    const upstream = http.request({...endpointOf(this.daemonUrl), ...request, agent: false});
    upstream.on('response', (answer) => {
      reply.writeHead(answer.statusCode, answer.headers).flushHeaders();
      answer.on('error', () => reply.destroy()).pipe(reply);
    });
    upstream.on('error', () => reply.destroy()).end();
    this.#streams.add(reply);
    reply.once('close', () => {
      this.#streams.delete(reply);
      upstream.destroy();
    });
  }
}

/**
 * Subtests of `t`: a LastingSource in pages of `browser`, which `url`, a listener of `daemon`, and a server in front of it send
 * away in the ways that an EventSource does not return from. `home` is the other origin that the daemon allows.
 */
export async function outlastsTrouble(t, {browser, home, url, daemon, redis}) {
  const front = await new Front(url).start(t);

  await t.test('goes on when a daemon of another origin refused its connection', async (t2) => {
    const page = await openPage(t2, browser, home);
    await openSource(page, `${url}/events?channel=refused`, lastingModule);
    await opened(page);
    const sent = await publishSome(redis.client, 'refused', 3);
    await receivedBy(page, 3);
    await daemon.kill9();
    sent.push(...await publishSome(redis.client, 'refused', 3, 3));
    await page.waitForFunction(() => window.errors >= 2);   // the broken stream, and the try after it
    await daemon.startAgain();
    sent.push(...await publishSome(redis.client, 'refused', 3, 6));
    assert.deepEqual(await receivedBy(page, 9), sent);
    assert.deepEqual(await control(page), ['fresh', 'complete']);
  });

  await t.test('goes on after a 502, which closes an EventSource', async (t2) => {
    const page = await openPage(t2, browser, front.url);
    await openSource(page, '/events?channel=proxy', lastingModule);
    await opened(page);
    const sent = await publishSome(redis.client, 'proxy', 3);
    await receivedBy(page, 3);
    t2.after(() => front.recover());
    front.fail(502);
    await until(() => front.asked.includes('HEAD /events'), 'the page to ask what is the matter');
    front.recover();
    sent.push(...await publishSome(redis.client, 'proxy', 3, 3));
    assert.deepEqual(await receivedBy(page, 6), sent);
    assert.deepEqual(await control(page), ['fresh', 'complete']);
  });

  await t.test('goes on after a link to a download', async (t2) => {
    const page = await openPage(t2, browser, front.url);
    await openSource(page, '/events?channel=download', lastingModule);
    await opened(page);
    const sent = await publishSome(redis.client, 'download', 3);
    await receivedBy(page, 3);
    await page.evaluate(() => {
      location.href = '/download';
    });
    await until(() => front.asked.includes('GET /download'), 'the download');
    sent.push(...await publishSome(redis.client, 'download', 3, 3));
    assert.deepEqual(await receivedBy(page, 6), sent);
  });

  await t.test('closes for good when who asks has no right to the stream', async (t2) => {
    t2.after(() => front.recover());
    for (const status of [401, 204]) {
      const page = await openPage(t2, browser, front.url);
      front.fail(status);
      await openSource(page, '/events?channel=closed', lastingModule);
      await page.waitForFunction(() => window.errors >= 2 && window.source.readyState === EventSource.CLOSED);
    }
  });
}
