// Attacks on the daemon, each test named after the threat: docs/security.md lists them.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {publishTo} from '../support/publishing.mjs';
import {Signer, assertRefused, assertServed, bearer, keep, startGuarded} from '../support/tokens.mjs';

async function startWithSecret(t, config = {}) {
  const signer = new Signer('HS256');
  const jwt = {secret_file: keep(temporaryFolder(t), 'secret', String(signer.privateKey))};
  const daemon = await startGuarded(t, {config: {...config, auth: {jwt, ...config.auth}}});
  return {daemon, signer};
}

test('origin spoofing', async (t) => {
  const allowed = 'https://app.example.com';
  const {daemon, signer} = await startWithSecret(t, {cors: {origins: [allowed]}, auth: {public_channels: ['open']}});
  const good = await assertServed(daemon, 'channel=open', {headers: {Origin: allowed}});
  assert.equal(good.headers['access-control-allow-origin'], allowed);
  for (const [what, origin] of Object.entries({
    'a prefix of it': 'https://app.example.co', 'it with a suffix': `${allowed}.evil.example`, 'it with a prefix': 'https://evilapp.example.com',
    'a name below it': 'https://sub.app.example.com', 'its parent': 'https://example.com', 'null': 'null', 'another scheme': 'http://app.example.com',
    'another port': `${allowed}:8443`, 'the default port spelt out': `${allowed}:443`, 'capitals': 'https://APP.example.com', 'a slash': `${allowed}/`,
    'user and password': 'https://app.example.com@evil.example', 'a dot at the end': `${allowed}.`, 'a dot that is any letter': 'https://appXexample.com',
    'two of them': `${allowed} https://evil.example`, 'a list': `${allowed}, https://evil.example`, 'a wildcard': '*', 'a file': 'file://', 'nothing': '',
  })) {
    await t.test(what, async () => {
      for (const headers of [{}, bearer(await signer.sign())]) {
        const reply = await assertRefused(daemon, 'channel=open', 403, {headers: {Origin: origin, ...headers}});
        for (const name of Object.keys(reply.headers)) assert.doesNotMatch(name, /^access-control-/);
      }
      const preflight = await daemon.public('/events?channel=open', {
        method: 'OPTIONS', headers: {'Origin': origin, 'Access-Control-Request-Method': 'GET'}});
      assert.equal(preflight.status, 403);
    });
  }
});

test('cache poisoning', async (t) => {
  const allowed = 'https://app.example.com';
  const {daemon, signer} = await startWithSecret(t, {cors: {origins: [allowed]}, limits: {connections: 1}, auth: {public_channels: ['open']}});
  const held = await daemon.stream('channel=open');
  await held.opening();
  const evil = {'Host': 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Scheme': 'evil', 'X-Original-URL': '/evil', 'X-Rewrite-URL': '/evil',
    'Forwarded': 'host=evil.example', 'Referer': 'https://evil.example/', 'Access-Control-Request-Headers': 'evil'};
  const old = await signer.sign({iat: 1, exp: 2});
  const answers = [
    ['a stream', '/events?channel=open', {}, 200], ['no right', '/events?channel=a', {}, 401], ['an expired token', '/events?channel=a', bearer(old), 200],
    ['a bad name', '/events?channel=%00', {}, 400], ['nowhere', '/evil?channel=open', {}, 404], ['a foreign origin', '/events?channel=open', {Origin: 'https://evil.example'}, 403],
    ['a page of ours', '/events?channel=a', {Origin: allowed}, 401], ['what is not wanted', '/events?channel=open', {Accept: 'text/html'}, 406],
  ];
  for (const [what, target, headers, status] of answers) {
    await t.test(`${what}: no cache may keep it, and nothing of the request shapes it`, async () => {
      const reply = await daemon.public(target, {headers: {Accept: 'text/event-stream', ...evil, ...headers}});
      assert.equal(reply.status, status, reply.text);
      assert.match(reply.headers['cache-control'], /^(?:no-store|no-cache, no-transform)$/);
      if (reply.headers['access-control-allow-origin'] || status === 200) assert.match(reply.headers.vary, /\bOrigin\b/);
      assert.doesNotMatch(JSON.stringify(reply.rawHeaders) + reply.text, /evil/);
      assert.equal(reply.headers.location, undefined);
      assert.equal(reply.headers['set-cookie'], undefined);
    });
  }
  held.close();
});

test('channel-name tricks', async (t) => {
  const {daemon, signer} = await startWithSecret(t, {auth: {public_channels: ['public', 'public:*']}});
  const options = {headers: bearer(await signer.sign({sub: 'ann', channels: ['mine', 'mine:*']}))};
  await t.test('an escaped name is the name, with its rights and no others', async () => {
    await assertServed(daemon, 'channel=%6dine', options);
    await assertServed(daemon, 'channel=mine%3Aa%2Fb', options);
    await assertRefused(daemon, 'channel=%73ecret', 403, options);
    await assertRefused(daemon, 'channel=public&channel=%73ecret', 401);
    await assertRefused(daemon, 'channel=user%3abob', 403, options);
  });
  await t.test('escapes are taken off once', () => assertRefused(daemon, 'channel=%256dine', 400, options));
  await t.test('case matters', async () => {
    for (const name of ['Mine', 'MINE', 'mIne:a', 'USER:ann', 'user:Ann']) await assertRefused(daemon, `channel=${name}`, 403, options);
  });
  await t.test('names are ASCII: no look-alikes, no other forms of one name', async () => {
    for (const name of ['m\u0456ne', 'ｍｉｎｅ', 'mine\u200b', 'mi\u0301ne', 'ÄÖ', 'user:ann\u0000', '\ufeffmine']) {
      await assertRefused(daemon, `channel=${encodeURIComponent(name)}`, 400, options);
    }
    for (const bytes of ['%c0%ae', '%c1%9c', '%ff', '%e0%80%af', '%ed%a0%80', 'mine%00', 'mine%0d%0a', '%09mine', 'mine%20', '+mine']) {
      await assertRefused(daemon, `channel=${bytes}`, 400, options);
    }
  });
  await t.test('a glob is no name', async () => {
    for (const name of ['*', 'mine*', 'min%3f', 'mine:%2A', '%5Ba-z%5D']) await assertRefused(daemon, `channel=${name}`, 400, options);
  });
  await t.test('paths in names lead nowhere else', async () => {
    for (const name of ['mine/../secret', 'public/../user:bob', '../mine', './mine']) {
      await assertRefused(daemon, `channel=${encodeURIComponent(name)}`, 403, options);
    }
    // They are bytes like others: "mine:../secret" is a channel of its own below mine:.
    await assertServed(daemon, 'channel=mine:../secret', options);
  });
  await t.test('the broker\'s own channels cannot be named', async () => {
    for (const name of ['!control', '!probe:one', '%21control', 'freshet:!control', '@ME', '@me ']) {
      const client = await daemon.stream(`channel=${encodeURIComponent(name)}`, options);
      client.close();
      assert.ok(client.status === 400 || client.status === 403, `${name}: ${client.status}`);
    }
    assert.equal((await daemon.ops('/publish?channel=!control', {method: 'POST', body: 'x'})).status, 400);
    assert.equal((await daemon.ops('/channels/!control')).status, 400);
  });
  await t.test('of two parameters none hides the other', async () => {
    for (const query of ['channel=public&channel=secret', 'channel=secret&channel=public', 'channel=public&&channel=secret', 'channel=public&chann%65l=secret']) {
      await assertRefused(daemon, query, 401);
      await assertRefused(daemon, query, 403, options);
    }
    // Names of parameters are compared byte by byte too; what is not known is not looked at.
    await assertServed(daemon, 'channel=public&Channel=secret&channel[]=secret&channel;=secret');
  });
});

test('event-field injection', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const stream = await daemon.stream('channel=a');
  await stream.opening();
  const attacks = ['x\nid: 1', 'x\r\nevent: stream-reset\r\ndata: {}', 'x\rretry: 1', '\n\nid: 1\n\n', 'x\n\n:comment', 'data: x', 'id: 1',
    '\u2028id: 1', 'x\u0085id: 1', 'x\0\nid: 1', '\ufeffid: 1', '\x1e1|99999999999999999|0|stream-reset\nx', '0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'];
  const lines = (text) => Buffer.from(text).toString('latin1').replace(/\r\n?/g, '\n');
  const expected = [];
  for (const text of attacks) {
    expected.push([await publishTo(redis.client, 'a', text), 'message', lines(text)]);
    expected.push([await daemon.publish('a', text, {event: 'note'}), 'note', lines(text)]);
  }
  // Bare PUBLISH goes past the function; what begins like a record must be one.
  for (const text of attacks.filter((each) => !each.startsWith('\x1e'))) {
    await redis.client.publish('freshet:a', text);
    expected.push([undefined, 'message', lines(text)]);
  }
  await stream.collect(expected.length);
  assert.deepEqual(stream.events.slice(1).map(({id, event, data}) => [id, event, data]), expected);
  assert.equal(stream.retries.length, 1);
  for (const name of ['a\nid: 1', 'a\rb', 'a|1|0', 'stream-reset', 'stream-', 'a\0b', '\n']) {
    await assert.rejects(publishTo(redis.client, 'a', 'x', 'EVENT', name), /ERR freshet/);
    assert.equal((await daemon.ops(`/publish?channel=a&event=${encodeURIComponent(name)}`, {method: 'POST', body: 'x'})).status, 400);
  }
  // A forged record, written by somebody who may PUBLISH on the channel.
  for (const record of ['1|9|0|stream-reset\n{}', '1|9|0|a\nid: 1\n\nx', '1|x|0|\nx', '2|9|0|\nx', '1|9|0|a\rb\nx', '1|9999999999999999999|0|\nx']) {
    await redis.client.publish('freshet:a', `\x1e${record}`);
  }
  const last = await publishTo(redis.client, 'a', 'the end');
  const event = await stream.next(({data}) => data === 'the end');
  assert.equal(event.id, last);
  assert.ok(stream.controls.every(({event: name}) => name === 'stream-cursor'), 'nobody else speaks in the broker\'s name');
  stream.close();
});

test('publish flood', async (t) => {
  const {redis, daemon} = await startBoth(t, {config: {backplane: {history: {events: 10_000}}}});
  const witness = await daemon.stream('channel=flood');
  await witness.opening();
  const count = 3000;
  const body = 'x'.repeat(100);
  // One client that never waits for an answer, and one that does.
  const flood = await RawSocket.open(daemon.urls.ops[0]);
  flood.write(`POST /publish?channel=flood HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`.repeat(count));
  for (let index = 0; index < 20; index += 1) {
    await daemon.publish('flood', `between ${index}`);
    assert.equal((await daemon.ops('/livez')).status, 200);
  }
  await flood.waitFor(() => flood.text.split('HTTP/1.1 200').length - 1 === count, `${count} answers`, {ms: 60_000});
  flood.close();
  await witness.collect(count + 20, {ms: 60_000});
  const ids = witness.messages.map(({id}) => BigInt(id));
  assert.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]), 'each once, in order');
  assert.equal(witness.messages.filter(({data}) => data === body).length, count);
  assert.equal(Number(await redis.client.llen('freshet:ring:flood')), count + 20);
  witness.close();
});

test('oversized everything', async (t) => {
  const {daemon} = await startWithSecret(t, {auth: {public_channels: ['*'], trusted_header: 'X-User-Id', trusted_proxies: ['127.0.0.1']}});
  const huge = (bytes) => 'x'.repeat(bytes);
  const [a, b] = [200, 201];
  await assertServed(daemon, `channel=${huge(a)}`);
  for (const [what, query, headers, statuses] of [
    ['a name', `channel=${huge(b)}`, {}, [400]],
    ['many names', Array.from({length: 33}, (_, index) => `channel=${index}`).join('&'), {}, [400]],
    ['many parameters', `channel=a&${'x=1&'.repeat(1000)}`, {}, [400]],
    ['a query', `channel=a&x=${huge(20_000)}`, {}, [414]],
    ['a token in the query', `channel=@me&access_token=${huge(20_000)}`, {}, [414]],
    ['a token', 'channel=@me', bearer(huge(14_000)), [401]],
    ['a cookie', 'channel=@me', {Cookie: `freshet_token=${huge(14_000)}`}, [401]],
    ['a user', 'channel=@me', {'X-User-Id': huge(14_000)}, [401]],
    ['a header', 'channel=a', {'X-Any': huge(20_000)}, [431]],
    ['a cursor in the query', `channel=a&last_event_id=${'9'.repeat(1000)}`, {}, [200]],
    ['a cursor', 'channel=a', {'Last-Event-ID': '9'.repeat(10_000)}, [200]],
    ['an address', 'channel=a', {'X-Forwarded-For': '1.1.1.1,'.repeat(1500)}, [200]],
  ]) {
    await t.test(`${what}: ${statuses}`, async () => {
      const client = await daemon.stream(query, {headers});
      assert.ok(statuses.includes(client.status), client.describe());
      if (client.status === 200) assert.ok((await client.opening()).event);
      client.close();
    });
  }
  await t.test('an event: 413', async () => {
    assert.equal((await daemon.ops('/publish?channel=a', {method: 'POST', body: huge((256 << 10) + 1)})).status, 413);
  });
  await t.test('a publication to many channels: 400', async () => {
    const query = Array.from({length: 101}, (_, index) => `channel=${index}`).join('&');
    assert.equal((await daemon.ops(`/publish?${query}`, {method: 'POST', body: 'x'})).status, 400);
  });
  await t.test('an idempotency key: 400', async () => {
    assert.equal((await daemon.ops(`/publish?channel=a&key=${huge(513)}`, {method: 'POST', body: 'x'})).status, 400);
  });
  await assertServed(daemon, 'channel=a');
});
