// What /events answers when it does not stream: errors, CORS, limits.
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd} from '../support/freshetd.mjs';
import {SseClient} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

function assertProblem(reply, status) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.headers['content-type'], 'application/problem+json');
  const problem = JSON.parse(reply.text);
  assert.equal(problem.status, status);
  assert.ok(problem.title, 'a problem has a title');
  return problem;
}

test('errors that a retry cannot cure', async (t) => {
  const daemon = await startFreshetd(t);
  const cases = [
    ['a name with a space', '/events?channel=a+b', {}, 400],
    ['a name that is not ASCII', `/events?channel=${encodeURIComponent('ä')}`, {}, 400],
    ['an empty name', '/events?channel=', {}, 400],
    ['a broken escape', '/events?channel=%zz', {}, 400],
    ['no channel and no identity', '/events', {}, 400],
    ['one bad name among good ones', '/events?channel=good&channel=b%20d', {}, 400],
    ['more channels than allowed', `/events?${Array.from({length: 33}, (_, n) => `channel=c${n}`).join('&')}`, {}, 400],
    ['an unknown path', '/event', {}, 404],
    ['a path below', '/events/more?channel=a', {}, 404],
    ['the operations of the other listener', '/publish?channel=a', {method: 'POST', body: 'x'}, 404],
    ['another method', '/events?channel=a', {method: 'POST', body: 'x'}, 405],
    ['a client that wants JSON', '/events?channel=a', {headers: {Accept: 'application/json'}}, 406],
    ['a client that refuses event streams', '/events?channel=a', {headers: {Accept: 'text/event-stream;q=0'}}, 406],
    ['a long target', `/events?channel=a&x=${'y'.repeat(20_000)}`, {}, 414],
    ['a large header', '/events?channel=a', {headers: {'X-Large': 'y'.repeat(20_000)}}, 431],
  ];
  for (const [what, target, options, status] of cases) {
    await t.test(`${what}: ${status}`, async () => {
      const reply = await daemon.public(target, options);
      assertProblem(reply, status);
      if (status === 405) assert.match(reply.headers.allow, /GET/);
    });
  }

  for (const accept of [undefined, '*/*', 'text/*', 'text/event-stream', 'text/html, text/event-stream;q=0.9', 'application/json, */*;q=0.1']) {
    await t.test(`Accept: ${accept} is served`, async () => {
      const stream = new SseClient(daemon.urls.public[0], '/events?channel=a', {headers: accept ? {Accept: accept} : {}});
      await stream.opened();
      assert.equal(stream.status, 200);
      stream.close();
    });
  }

  await t.test('a stream that is in no list of channels stays 200 in development only', async () => {
    const strict = await startFreshetd(t, {dev: false, config: {auth: {public_channels: ['news', 'public:*', 'v?']}}});
    for (const query of ['channel=news', 'channel=public:', 'channel=public:a:b/c', 'channel=v1', 'channel=news&channel=public:x']) {
      const stream = await strict.stream(query);
      assert.equal(stream.status, 200, query);
      stream.close();
    }
    for (const query of ['channel=secret', 'channel=newsx', 'channel=xnews', 'channel=News', 'channel=v', 'channel=v12',
      'channel=news&channel=secret', 'channel=@me']) {
      const reply = await strict.public(`/events?${query}`);
      assertProblem(reply, 401);
      assert.ok(reply.headers['www-authenticate'], 'a 401 says how to authenticate');
    }
  });
});

test('errors that a retry can cure: over the limit of connections, 200 with a retry and a clean end', async (t) => {
  const daemon = await startFreshetd(t, {config: {limits: {connections: 2}}});
  const streams = [await daemon.stream('channel=a'), await daemon.stream('channel=a')];
  for (const stream of streams) await stream.opening();
  const third = await daemon.stream('channel=a');
  await third.end();
  assert.equal(third.status, 200);
  assert.equal(third.error, undefined);
  assert.equal(third.headers['content-type'], 'text/event-stream');
  assert.equal(third.retries.length, 1);
  assert.deepEqual(third.events, []);
  streams[0].close();
  await until(async () => {
    const stream = await daemon.stream('channel=a');
    const opened = await Promise.race([stream.opening().then(() => true), stream.end().then(() => false)]).catch(() => false);
    stream.close();
    return opened;
  }, 'a place to be free again');
  streams[1].close();
});

test('CORS', async (t) => {
  const allowed = ['https://app.example', 'http://localhost:3000'];
  const daemon = await startFreshetd(t, {config: {cors: {origins: allowed}}});
  const get = async (origin, on = daemon) => {
    const stream = await on.stream('channel=cors', {headers: {Origin: origin}});
    stream.close();
    return stream;
  };

  for (const origin of allowed) {
    await t.test(`${origin} is echoed exactly, with credentials`, async () => {
      const {status, headers} = await get(origin);
      assert.equal(status, 200);
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.equal(headers['access-control-allow-credentials'], 'true');
      assert.match(headers.vary, /\borigin\b/i);
    });
  }

  for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example', 'https://evilapp.example',
    'https://app.example:8443', 'http://app.example', 'https://app.example/', 'https://sub.app.example', 'https://app.exampl',
    'https://app.example, https://evil.example', 'http://localhost:30000', '*']) {
    await t.test(`${origin} is refused`, async () => {
      const reply = await daemon.public('/events?channel=cors', {headers: {Origin: origin}});
      assertProblem(reply, 403);
      assert.equal(reply.headers['access-control-allow-origin'], undefined);
    });
  }

  await t.test('a request without Origin is served, and caches are told that Origin matters', async () => {
    const stream = await daemon.stream('channel=cors');
    assert.equal(stream.status, 200);
    assert.match(stream.headers.vary, /\borigin\b/i);
    stream.close();
  });

  await t.test('the preflight of an allowed origin is answered', async () => {
    const reply = await daemon.public('/events?channel=cors', {method: 'OPTIONS', headers: {
      'Origin': allowed[0], 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization,last-event-id'}});
    assert.equal(reply.status, 204);
    assert.equal(reply.headers['cache-control'], 'no-store');
    assert.equal(reply.headers['access-control-allow-origin'], allowed[0]);
    assert.equal(reply.headers['access-control-allow-credentials'], 'true');
    assert.match(reply.headers['access-control-allow-methods'], /GET/);
    assert.match(reply.headers['access-control-allow-headers'], /authorization/i);
    assert.match(reply.headers['access-control-allow-headers'], /last-event-id/i);
  });

  const failures = {
    404: ['/event', {}], 413: ['/events?channel=cors', {'Content-Length': 20_000}], 431: ['/events?channel=cors', {'X-Large': 'y'.repeat(20_000)}],
  };
  for (const [status, [target, headers]] of Object.entries(failures)) {
    await t.test(`a page of an allowed origin may read why it failed: ${status}`, async () => {
      const reply = await daemon.public(target, {headers: {Origin: allowed[0], ...headers}});
      assertProblem(reply, Number(status));
      assert.equal(reply.headers['access-control-allow-origin'], allowed[0]);
      assert.match(reply.headers.vary, /\borigin\b/i);
    });
  }

  await t.test('the preflight of a foreign origin is refused', async () => {
    const reply = await daemon.public('/events?channel=cors', {method: 'OPTIONS', headers: {
      'Origin': 'https://evil.example', 'Access-Control-Request-Method': 'GET'}});
    assert.equal(reply.status, 403);
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
  });

  await t.test('* allows every origin, without credentials', async () => {
    const open = await startFreshetd(t, {config: {cors: {origins: ['*'], credentials: false}}});
    const {status, headers} = await get('https://anyone.example', open);
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });

  await t.test('no origin is allowed unless named', async () => {
    const closed = await startFreshetd(t);
    assertProblem(await closed.public('/events?channel=cors', {headers: {Origin: 'https://app.example'}}), 403);
  });
});
