// The bytes of a stream: framing, heartbeats, padding, positions.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {randomFrom, seedOfRun, sleep} from '../support/wait.mjs';

test('events on the wire', async (t) => {
  const daemon = await startFreshetd(t);
  const stream = await daemon.stream('channel=wire');
  await stream.opening();
  t.after(() => stream.close());

  const cases = {
    'a line': ['hello', 'hello'],
    'LF, CR and CRLF': ['a\nb\rc\r\nd\n\re', 'a\nb\nc\nd\n\ne'],
    'nothing': ['', ''],
    'only line feeds': ['\n\n', '\n\n'],
    'an attempt at another id': ['\n\nid: 666\n\nevent: evil\ndata: x\n\n', '\n\nid: 666\n\nevent: evil\ndata: x\n\n'],
    'an attempt with carriage returns': ['x\r\rid: 666\r\r', 'x\n\nid: 666\n\n'],
    'leading spaces and colons': ['  : two spaces', '  : two spaces'],
    'NUL': ['a\0b', 'a\0b'],
    'a byte order mark': ['\xef\xbb\xbfx', '\xef\xbb\xbfx'],
    'bytes that are not UTF-8': ['\xff\xfe\xc3(\xed\xa0\x80', '\xff\xfe\xc3(\xed\xa0\x80'],
  };
  for (const [what, [payload, expected]] of Object.entries(cases)) {
    await t.test(`${what}`, async () => {
      const id = await daemon.publish('wire', Buffer.from(payload, 'latin1'));
      const event = await stream.next();
      assert.deepEqual([event.id, event.event, event.data], [id, 'message', expected]);
    });
  }

  await t.test('one event is these bytes', async () => {
    const id = await daemon.publish('wire', 'one\ntwo', {event: 'note'});
    await stream.next();
    assert.ok(stream.text.endsWith(`\n\nid: ${id}\nevent: note\ndata: one\ndata: two\n\n`), stream.text.slice(-200));
  });

  await t.test('a live-only event has no id and leaves the cursor alone', async () => {
    const before = stream.lastEventId;
    assert.equal(await daemon.publish('wire', 'typing', {live: 1}), null);
    const event = await stream.next();
    assert.deepEqual([event.id, event.data, stream.lastEventId], [undefined, 'typing', before]);
  });

  await t.test('random bytes come through unchanged but for their line ends', async () => {
    const seed = seedOfRun();
    t.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    const interesting = ['\n', '\r', '\r\n', ':', ' ', '\0', '\xff', 'id: 1', 'data', 'é'];
    for (let round = 0; round < 200; round += 1) {
      const payload = Array.from({length: random.integer(0, 30)}, () => random.pick(interesting)).join('');
      await daemon.publish('wire', Buffer.from(payload, 'latin1'));
      assert.equal((await stream.next()).data, payload.replace(/\r\n?/g, '\n'), `seed ${seed}, round ${round}`);
    }
  });

  await t.test('an event as large as the limit comes whole', async () => {
    const payload = 'x'.repeat(256 * 1024);
    await daemon.publish('wire', payload);
    assert.equal((await stream.next()).data, payload);
  });
});

test('silence', async (t) => {
  const daemon = await startFreshetd(t, {config: {
    streams: {heartbeat: '1s', padding: 2048}, backplane: {history: {ttl: '3s'}}}});

  await t.test('is broken by heartbeats of two bytes', async () => {
    const raw = await RawSocket.open(daemon.urls.public[0]);
    raw.write('GET /events?channel=idle HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await raw.match(/\r\n2\r\n:\n\r\n[^]*\r\n2\r\n:\n\r\n/);
    raw.close();
  });

  await t.test('padding comes first, as a comment', async () => {
    const stream = await daemon.stream('channel=padded');
    await stream.opening();
    const [padding] = stream.text.split('\n', 1);
    assert.match(padding, /^:/);
    assert.ok(padding.length >= 2040 && padding.length <= 2050, `${padding.length}`);
    stream.close();
  });

  await t.test('moves the cursor of an idle stream, so that it never grows too old to prove', async (t2) => {
    const stream = await daemon.stream('channel=position');
    const opening = await stream.opening();
    // A new dataset's clock begins ten seconds ahead of the time and stands still until then.
    const first = await stream.control('stream-cursor');
    const second = await stream.control('stream-cursor');
    assert.deepEqual([first.json, second.json], [{resume: 'position'}, {resume: 'position'}]);
    assert.ok(BigInt(opening.id) < BigInt(first.id) && BigInt(first.id) < BigInt(second.id));
    stream.close();
    const back = await daemon.stream('channel=position', {lastEventId: second.id});
    assert.deepEqual((await back.opening()).json, {resume: 'complete'});
    back.close();

    await t2.test('as that of a closed one does', async () => {
      // The history's lifetime has to pass: there is nothing to await.
      await sleep(3500);
      const late = await daemon.stream('channel=another', {lastEventId: second.id});
      assert.deepEqual((await late.opening()).json, {reason: 'expired', channels: ['another']});
      late.close();
    });
  });
});
