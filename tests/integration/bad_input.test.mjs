// What no well-behaved client sends: freshetd answers or closes, stays up, goes on serving others and leaks nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {RawSocket, rawStatus} from '../support/http.mjs';
import {randomFrom, seedOfRun, sleep, until} from '../support/wait.mjs';

const refusedOrClosed = (status, allowed) =>
  assert.ok(status === null || allowed.includes(status), `answered ${status}, expected one of ${allowed} or a closed connection`);

/** A witness that reads along; alive() proves that the daemon still takes and delivers. */
async function startWatched(t, config) {
  const daemon = await startFreshetd(t, {config});
  const witness = await daemon.stream('channel=witness');
  await witness.opening();
  const files = daemon.openFiles();
  let count = 0;
  const alive = async () => {
    count += 1;
    const id = await daemon.publish('witness', `alive ${count}`);
    assert.equal((await witness.next()).id, id);
  };
  const nothingLeaked = () => until(() => daemon.openFiles() <= files, 'all files of gone connections to be closed',
    {detail: () => `${daemon.openFiles()} open, ${files} at first`});
  return {daemon, alive, nothingLeaked};
}

const get = (target, headers = '') => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
const events = (query, headers = '') => get(`/events?${query}`, headers);
const post = (headers, body = '') => `POST /publish?channel=bad HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n${body}`;

test('malformed requests', async (t) => {
  const {daemon, alive, nothingLeaked} = await startWatched(t, {});
  const [publicUrl] = daemon.urls.public;
  const [opsUrl] = daemon.urls.ops;

  const refused = {
    'a name of 201 bytes': [publicUrl, events(`channel=${'x'.repeat(201)}`), [400]],
    'a name of 10,000 bytes': [publicUrl, events(`channel=${'x'.repeat(10_000)}`), [400]],
    'a name with an encoded NUL': [publicUrl, events('channel=a%00b'), [400]],
    'a name with a raw NUL': [publicUrl, events('channel=a\0b'), [400]],
    'a name with an encoded line break': [publicUrl, events('channel=a%0d%0ab'), [400]],
    'a name with an encoded escape': [publicUrl, events('channel=%1b%5bH'), [400]],
    'a name with a raw control byte': [publicUrl, events('channel=a\x01b'), [400]],
    'a name with raw bytes beyond ASCII': [publicUrl, events('channel=\xff\xfe'), [400]],
    'a name with an encoded ! (the broker\'s own channels)': [publicUrl, events('channel=%21control'), [400]],
    'a name with a *': [publicUrl, events('channel=*'), [400]],
    '10,000 channels': [publicUrl, events(Array.from({length: 10_000}, (_, n) => `channel=${n}`).join('&')), [400, 414]],
    'a header of 1 MB': [publicUrl, events('channel=a', `X-Large: ${'y'.repeat(1 << 20)}\r\n`), [431]],
    '10,000 headers': [publicUrl, events('channel=a', 'X: y\r\n'.repeat(10_000)), [431]],
    'a target of 1 MB': [publicUrl, get(`/${'y'.repeat(1 << 20)}`), [414]],
    'a method of 1 MB': [publicUrl, `${'M'.repeat(1 << 20)} / HTTP/1.1\r\n\r\n`, [400, 414, 431, 501]],
    'Content-Length with Transfer-Encoding': [opsUrl, post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), [400]],
    'Transfer-Encoding with Content-Length': [opsUrl, post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n'), [400]],
    'two Content-Lengths': [opsUrl, post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'), [400]],
    'a list of Content-Lengths': [opsUrl, post('Content-Length: 3, 4\r\n', 'abcd'), [400]],
    'a negative Content-Length': [opsUrl, post('Content-Length: -1\r\n'), [400]],
    'a Content-Length with a sign': [opsUrl, post('Content-Length: +3\r\n', 'abc'), [400]],
    'a Content-Length beyond 64 bits': [opsUrl, post('Content-Length: 99999999999999999999\r\n'), [400, 413]],
    'a bad chunk size': [opsUrl, post('Transfer-Encoding: chunked\r\n', 'zz\r\nabc\r\n0\r\n\r\n'), [400]],
    'a chunk size beyond 64 bits': [opsUrl, post('Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\nabc'), [400, 413]],
    'a transfer coding that nobody knows': [opsUrl, post('Transfer-Encoding: gzip\r\n', 'abc'), [400, 501]],
    'a folded header': [publicUrl, events('channel=a', 'X-Folded: one\r\n two\r\n'), [400]],
    'a space before the colon': [publicUrl, events('channel=a', 'Accept : text/event-stream\r\n'), [400]],
    'a NUL in a header': [publicUrl, events('channel=a', 'Accept: a\0b\r\n'), [400]],
    'line feeds alone': [publicUrl, 'GET /events?channel=a HTTP/1.1\nHost: localhost\nX: y\n\n', [400]],
    'carriage returns alone': [publicUrl, 'GET /events?channel=a HTTP/1.1\rHost: localhost\r\r', [400]],
    'HTTP/9.9': [publicUrl, 'GET /events?channel=a HTTP/9.9\r\nHost: localhost\r\n\r\n', [400, 505]],
    'HTTP/0.9': [publicUrl, 'GET /events?channel=a\r\n\r\n', [400, 505]],
    'HTTP/2 in plain text': [publicUrl, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 405, 505]],
    'a TLS handshake': [publicUrl, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
    'CONNECT': [publicUrl, 'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n', [400, 404, 405, 501]],
    'HTTP/1.1 without Host': [publicUrl, 'GET /events?channel=a HTTP/1.1\r\n\r\n', [400]],
  };
  for (const [what, [url, bytes, statuses]] of Object.entries(refused)) {
    await t.test(what, async () => {
      refusedOrClosed(await rawStatus(url, bytes), statuses);
      await alive();
    });
  }

  await t.test('a percent-encoded slash is a slash, which names may have', async () => {
    assert.equal(await rawStatus(publicUrl, events('channel=a%2Fb')), 200);
  });

  await t.test('binary noise', async () => {
    const seed = seedOfRun();
    t.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    for (let round = 0; round < 60; round += 1) {
      const noise = Buffer.from(Array.from({length: random.integer(1, 600)}, () => random.integer(0, 255)));
      const status = await rawStatus(random.pick([publicUrl, opsUrl]), Buffer.concat([noise, Buffer.from('\r\n\r\n')]));
      refusedOrClosed(status, [400, 405]);
    }
    await alive();
  });

  await t.test('requests cut off at every byte', async () => {
    const whole = events('channel=cut', 'Last-Event-ID: 5\r\nAccept: text/event-stream\r\n');
    for (let length = 0; length < whole.length; length += 1) {
      const raw = await RawSocket.open(publicUrl);
      raw.socket.end(Buffer.from(whole.slice(0, length), 'latin1'));
      await raw.end();
      raw.close();
    }
    await alive();
  });

  await t.test('requests that come byte by byte, without delay, are served', async () => {
    const raw = await RawSocket.open(publicUrl);
    raw.socket.setNoDelay(true);
    for (const byte of events('channel=bytes', 'Last-Event-ID: 0\r\n')) {
      raw.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await raw.match(/stream-(cursor|reset)/);
    raw.close();
  });

  await t.test('bytes after the request of a stream are no second request', async () => {
    const raw = await RawSocket.open(publicUrl);
    raw.write(events('channel=more'));
    await raw.match(/stream-cursor/);
    raw.write(get('/nothing').repeat(3));
    await alive();
    assert.doesNotMatch(raw.text, /HTTP\/1\.1 404/);
    raw.close();
  });

  await nothingLeaked();
});

test('clients that take their time', async (t) => {
  const {daemon, alive, nothingLeaked} = await startWatched(t, {limits: {request_timeout: '2s'}});

  for (const [what, url, begin] of [
    ['a head that comes byte by byte', daemon.urls.public[0], ''],
    ['a body that comes byte by byte', daemon.urls.ops[0], post('Content-Length: 1000\r\n')],
  ]) {
    await t.test(`${what} is ended by the request timeout`, async () => {
      const raw = await RawSocket.open(url);
      raw.write(begin);
      const drip = setInterval(() => raw.write('G'), 300);
      try {
        const answer = await raw.end();
        assert.ok(answer === '' || /^HTTP\/1\.1 408 /.test(answer), answer);
      } finally {
        clearInterval(drip);
        raw.close();
      }
      await alive();
    });
  }

  await t.test('a connection that says nothing is ended by it, also after a first request', async () => {
    const silent = await RawSocket.open(daemon.urls.public[0]);
    const second = await RawSocket.open(daemon.urls.public[0]);
    second.write(get('/nothing'));
    await second.match(/HTTP\/1\.1 404/);
    await silent.end();
    await second.end();
  });

  await t.test('a stream is not: it outlives the request timeout', async () => {
    const stream = await daemon.stream('channel=long');
    await stream.opening();
    await sleep(4000);
    const id = await daemon.publish('long', 'still here');
    assert.equal((await stream.next()).id, id);
    stream.close();
  });

  await nothingLeaked();
});

test('5,000 connections that say nothing', async (t) => {
  const {daemon, alive, nothingLeaked} = await startWatched(t, {limits: {request_timeout: '3s'}});
  const limit = Number(fs.readFileSync('/proc/self/limits', 'utf8').match(/Max open files +\d+ +(\d+)/)[1]);
  const wanted = Math.min(5000, limit - 500);
  const silent = [];
  while (silent.length < wanted) {
    silent.push(...await Promise.all(Array.from({length: 250}, () => RawSocket.open(daemon.urls.public[0]))));
  }
  await alive();
  const stream = await daemon.stream('channel=normal');
  await stream.opening();
  stream.close();
  await Promise.all(silent.map((raw) => raw.end({ms: 60_000})));
  silent.forEach((raw) => raw.close());
  await alive();
  await nothingLeaked();
});

test('publishing what cannot be published', async (t) => {
  const {daemon, alive, nothingLeaked} = await startWatched(t, {});
  const [opsUrl] = daemon.urls.ops;
  const status = async (query, body = 'x') => (await daemon.ops(`/publish?${query}`, {method: 'POST', body})).status;

  await t.test('10 MB: 413 before the body has come', async () => {
    const raw = await RawSocket.open(opsUrl);
    raw.write(post(`Content-Length: ${10 << 20}\r\n`, 'x'.repeat(1000)));
    await raw.match(/^HTTP\/1\.1 413 /);
    raw.close();
    await alive();
  });

  await t.test('10 MB in chunks: 413', async () => {
    const raw = await RawSocket.open(opsUrl);
    raw.write(post('Transfer-Encoding: chunked\r\n'));
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 160 && raw.text === '' && !raw.closed; sent += 1) {
      raw.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await raw.match(/^HTTP\/1\.1 413 /);
    raw.close();
    await alive();
  });

  await t.test('one byte more than the limit: 413; the limit itself: 200', async () => {
    assert.equal(await status('channel=big', 'x'.repeat(256 * 1024 + 1)), 413);
    assert.equal(await status('channel=big', 'x'.repeat(256 * 1024)), 200);
  });

  for (const [what, name] of Object.entries({
    'a line feed': 'a%0Ab', 'a carriage return': 'a%0Db', 'a bar': 'a%7Cb', '129 bytes': 'x'.repeat(129),
    'the prefix of the broker\'s own': 'stream-cursor',
  })) {
    await t.test(`an event name with ${what}: 400`, async () => {
      assert.equal(await status(`channel=bad&event=${name}`), 400);
      await alive();
    });
  }

  await t.test('bad channels: 400, and nothing is written', async () => {
    for (const name of ['', 'a%00', 'a%20b', 'x'.repeat(201), '%21control', '%C3%A4']) {
      assert.equal(await status(`channel=${name}`), 400, name);
    }
    assert.equal(await status(''), 400);
  });

  await t.test('unusual data goes through', async () => {
    const stream = await daemon.stream('channel=odd');
    await stream.opening();
    await daemon.publish('odd', Buffer.from('a\r\nb\rc\nd\0e\xff', 'latin1'), {event: 'odd name: é'});
    const event = await stream.next();
    assert.equal(event.data, 'a\nb\nc\nd\0e\xff');
    assert.equal(Buffer.from(event.event, 'latin1').toString(), 'odd name: é');
    stream.close();
  });

  await nothingLeaked();
});

test('clients that vanish in the middle of everything', async (t) => {
  const {daemon, alive, nothingLeaked} = await startWatched(t, {});
  const random = randomFrom(seedOfRun());
  for (let round = 0; round < 100; round += 1) {
    const raw = await RawSocket.open(daemon.urls.public[0]);
    raw.write(events(`channel=witness&last_event_id=${random.pick(['earliest', '', '1'])}`));
    if (random.next() < 0.5) await raw.match(/HTTP\/1\.1 200/);
    if (random.next() < 0.5) raw.socket.resetAndDestroy();
    else raw.close();
    if (round % 10 === 0) await alive();
  }
  await alive();
  await until(async () => await daemon.metric('freshet_connections') === 1, 'only the witness to be left');
  await nothingLeaked();
});
