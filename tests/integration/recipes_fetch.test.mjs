// The recipe for a stream by fetch: its parser, its client in Node and in Chromium, with a token in the Authorization header.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import {EventParser, StreamRefused, eventStream} from '../../docs/recipes/fetch-client/event_stream.mjs';
import {startBrowser} from '../support/browser.mjs';
import {secretFile, startRecipe, startRecipeDaemon} from '../support/recipes.mjs';
import {until, within} from '../support/wait.mjs';

test('the parser', async (t) => {
  const parse = (...chunks) => {
    const parser = new EventParser('7');
    const events = chunks.flatMap((chunk) => parser.push(chunk));
    return {events, lastEventId: parser.lastEventId, retry: parser.retry};
  };
  const text = ': hello\nretry: 1234\nid: 8\nevent: note\ndata: a\ndata:b\ndata:  c\ndata\n\n:\nid: 9\n\ndata: é🌊\n\nid: 1\0\ndata: x:y: z\nother: 1\n\ndata: never ended';
  const expected = {
    events: [
      {type: 'note', data: 'a\nb\n c\n', lastEventId: '8'},
      {type: 'message', data: 'é🌊', lastEventId: '9'},
      {type: 'message', data: 'x:y: z', lastEventId: '9'},
    ],
    lastEventId: '9', retry: 1234,
  };
  for (const [name, end] of Object.entries({LF: '\n', CRLF: '\r\n', CR: '\r'})) {
    await t.test(`with lines that end in ${name}, cut anywhere`, () => {
      // The last byte could be half of a CRLF: something follows, as on a stream.
      const bytes = `${text.replaceAll('\n', end)}${end}:`;
      for (let at = 0; at <= bytes.length; at += 1) assert.deepEqual(parse(bytes.slice(0, at), bytes.slice(at)), expected);
      assert.deepEqual(parse(...bytes), expected);
    });
  }
  await t.test('an id without data moves the position, half an event does not', () => {
    assert.deepEqual(parse('id: 8\n\n'), {events: [], lastEventId: '8', retry: undefined});
    assert.deepEqual(parse('id: 8\ndata: x\n'), {events: [], lastEventId: '7', retry: undefined});
    assert.deepEqual(parse('retry: 1s\n\n'), {events: [], lastEventId: '7', retry: undefined});
  });
});

/** A server that answers the connections one after the other with `answers`: (reply, request) => …; the last one for all others. */
async function startServer(t, ...answers) {
  const requests = [];
  const server = http.createServer((request, reply) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer(reply, request);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {url: `http://127.0.0.1:${server.address().port}/`, requests};
}

const status = (code, detail) => (reply) => reply.writeHead(code, {'Content-Type': 'application/problem+json'}).end(JSON.stringify({detail}));
const stream = (text, end = true) => (reply) => {
  reply.writeHead(200, {'Content-Type': 'text/event-stream'}).write(`retry: 10\n\n${text}`);
  if (end) reply.end();
};
const broken = (text) => (reply) => {
  reply.writeHead(200, {'Content-Type': 'text/event-stream', 'Content-Length': 1e6}).write(`retry: 10\n\n${text}`, () => reply.destroy());
};
const collect = async (count, events) => {
  const collected = [];
  for await (const event of events) if (collected.push(event) === count) break;
  return collected;
};

test('the client', async (t) => {
  await t.test('comes back with the id of the last event after an end, a break and a status of 503', async (t2) => {
    const {url, requests} = await startServer(t2,
      stream('id: 1\ndata: a\n\n'), broken('id: 2\ndata: b\n\nid: 3\ndata: half'), status(503), stream('id: 3\ndata: c\n\n', false));
    const events = await within(collect(3, eventStream(url, {token: async () => 'secret'})), 'three events');
    assert.deepEqual(events.map(({data}) => data), ['a', 'b', 'c']);
    assert.deepEqual(requests.map(({headers}) => headers['last-event-id']), [undefined, '1', '2', '2']);
    for (const {headers} of requests) assert.equal(headers.authorization, 'Bearer secret');
    await until(() => requests.at(-1).socket.destroyed, 'the connection to be closed by break');
  });

  await t.test('asks for a new token once when the old one is refused, and gives up when that is refused too', async (t2) => {
    const {url} = await startServer(t2, stream('id: 1\ndata: a\n\n'), status(401), stream('id: 2\ndata: b\n\n'), status(401, 'who are you?'));
    const tokens = [];
    const events = [];
    await assert.rejects(within((async () => {
      for await (const {data} of eventStream(url, {token: async () => tokens.push('token')})) events.push(data);
    })(), 'the end'), (error) => error instanceof StreamRefused && error.status === 401 && error.detail === 'who are you?');
    assert.deepEqual(events, ['a', 'b']);
    assert.equal(tokens.length, 5, 'a new one for every connection');
  });

  await t.test('gives up at once when it may not, and ends when it is told not to come back', async (t2) => {
    const forbidden = await startServer(t2, status(403, 'not yours'));
    await assert.rejects(collect(1, eventStream(forbidden.url)), (error) => error instanceof StreamRefused && error.detail === 'not yours');
    assert.equal(forbidden.requests.length, 1);
    const over = await startServer(t2, (reply) => reply.writeHead(204).end());
    assert.deepEqual(await within(collect(1, eventStream(over.url)), 'the end'), []);
  });

  await t.test('takes silence for a break', async (t2) => {
    const {url, requests} = await startServer(t2, stream('id: 1\ndata: a\n\n', false), stream('id: 2\ndata: b\n\n', false));
    const events = await within(collect(2, eventStream(url, {silence: 1500})), 'two events');
    assert.deepEqual(events.map(({data}) => data), ['a', 'b']);
    assert.equal(requests[1].headers['last-event-id'], '1');
  });

  await t.test('is ended by its signal, while it listens and while it waits', async (t2) => {
    for (const answer of [stream('data: a\n\n', false), (reply) => reply.destroy()]) {
      const {url, requests} = await startServer(t2, answer);
      const abort = new AbortController();
      const end = collect(2, eventStream(url, {signal: abort.signal}));
      await until(() => requests.length === 1, 'a request');
      abort.abort();
      await within(end, 'the end');
    }
  });
});

test('in Chromium, with tokens that expire', async (t) => {
  const SECRET_FILE = secretFile(t);
  const daemon = await startRecipeDaemon(t, 'fetch-client/freshet.yaml', {
    env: {SECRET_FILE, FRESHET_AUTH_JWT_LEEWAY: '0s', FRESHET_AUTH_EXPIRING_NOTICE: '1s'}});
  const url = await startRecipe(t, 'fetch-client', daemon, {SECRET_FILE, TOKEN_SECONDS: '6'});
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  const asked = [];
  page.on('request', (request) => request.url().includes('/events') && asked.push(request));
  const count = (wanted) => page.waitForFunction((text) => document.querySelector('#count').textContent === text, String(wanted));
  const add = () => Promise.all([
    page.waitForResponse((reply) => reply.url().endsWith('/counter') && reply.request().method() === 'POST'), page.click('#add')]);
  const log = () => page.locator('#log').evaluate((element) => element.textContent);

  await page.goto(url);
  await add();
  await page.click('#start');
  await page.waitForSelector('#state[data-state=open]');
  await count(1);
  await add();
  await count(2);

  // The first token is over after six seconds; the next stream goes on where the first one was.
  await page.waitForFunction(() => (document.querySelector('#log').textContent.match(/stream-cursor/g) ?? []).length >= 2);
  await add();
  await count(3);
  assert.match(await log(), /stream-expiring/);
  assert.match(await log(), /stream-cursor \{"resume":"complete"\}/);
  assert.equal((await log()).match(/ count /g).length, 2, 'the first one was in the state, the others came once');
  for (const request of asked) {
    assert.match(await request.headerValue('authorization'), /^Bearer ey/);
    assert.doesNotMatch(request.url(), /token|ey/);
  }

  // Disconnected, it misses two; connected again, it is told of them.
  await page.click('#stop');
  await page.waitForSelector('#stop[disabled]', {state: 'attached'});
  await until(async () => (await daemon.metric('freshet_connections')) === 0, 'the end of the stream');
  await add();
  await add();
  await page.click('#start');
  await count(5);
  assert.equal((await log()).match(/ count /g).length, 4);

  // The daemon forgets everything: the page is told, and loads its state.
  await daemon.kill9();
  await page.click('#add');
  await daemon.startAgain();
  await page.waitForFunction(() => document.querySelector('#log').textContent.includes('stream-reset'));
  await count(6);
});
