// Sockets that a service manager holds while processes come and go: who comes between two of them is served by the next one,
// who comes during a drain is sent away.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {openPage, receivedBy, servePages, startBrowser} from '../support/browser.mjs';
import {binary, temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {Program, run} from '../support/process.mjs';
import {manageFreshetd} from '../support/service_manager.mjs';
import {SseClient} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

test('who comes between two processes is served by the next one', async (t) => {
  const service = await manageFreshetd(t);
  await service.start();
  await service.stop();
  const early = Array.from({length: 50}, () => new SseClient(`unix:${service.socket}`, '/events?channel=a'));
  await Promise.all(early.map((stream) => until(() => stream.request.socket && !stream.request.socket.connecting, 'a connection')));
  await service.start();
  for (const stream of early) {
    assert.equal((await stream.opening()).event, 'stream-cursor');
    stream.close();
  }
  await service.stop();
});

test('who comes while it drains is sent away at once, without an answer', async (t) => {
  const service = await manageFreshetd(t, {config: {drain: {period: '4s'}}});
  await service.start();
  const streams = await Promise.all(Array.from({length: 10}, async () => {
    const stream = new SseClient(`unix:${service.socket}`, '/events?channel=a');
    await stream.opening();
    return stream;
  }));
  service.signal('SIGTERM');
  await service.hears(({STOPPING}) => STOPPING, 'STOPPING=1');
  const late = await RawSocket.open(`unix:${service.socket}`);
  assert.equal(await late.end(), '');
  assert.ok(streams.some((stream) => !stream.ended), 'it still drains');
  assert.match((await service.ops('/metrics')).text, /^freshet_shed_total\{reason="draining"\} 1$/m);
  assert.deepEqual(await service.exit(), {code: 0, signal: null});
});

test('a browser that is sent away so, without a proxy, comes back by itself', async (t) => {
  const service = await manageFreshetd(t, {host: '127.0.0.1', config: {
    drain: {period: '5s'}, streams: {retry: '300ms'}, cors: {origins: ['*'], credentials: false},
  }});
  await service.start();
  const browser = await startBrowser(t);
  const page = await openPage(t, browser, await servePages(t));
  const follow = (name) => page.evaluate(([url, what]) => new Promise((resolve) => {
    const source = new EventSource(`${url}/events?channel=a`);
    source.addEventListener('stream-cursor', () => resolve('open'));
    source.onerror = () => resolve(['comes back', 'open', 'has given up'][source.readyState]);
    source.onmessage = ({data}) => window.received.push(`${what}: ${data}`);
  }), [service.url, name]);
  assert.equal(await follow('early'), 'open');
  service.signal('SIGTERM');
  await service.hears(({STOPPING}) => STOPPING, 'STOPPING=1');
  assert.equal(await follow('late'), 'comes back');
  assert.deepEqual(await service.exit(), {code: 0, signal: null});
  await service.start();
  await until(async () => (await service.ops('/metrics')).text.includes('\nfreshet_connections 2\n'), 'both to be back');
  await service.ops('/publish?channel=a', {method: 'POST', body: 'hello'});
  assert.deepEqual((await receivedBy(page, 2)).sort(), ['early: hello', 'late: hello']);
  await page.close();
  await service.stop();
});

test('systemd-socket-activate: the first client starts it and is served', async (t) => {
  const folder = temporaryFolder(t);
  const [socket, ops] = ['public.sock', 'ops.sock'].map((name) => path.join(folder, name));
  const program = new Program('systemd-socket-activate', ['--listen', socket, '--fdname', 'public', binary(), '--memory', '--dev',
    '--ops-listen', `unix:${ops}`], {env: {FRESHET_DRAIN_PERIOD: '100ms'}});
  t.after(() => program.running && program.kill9());
  await program.output(/Listening on/);
  const stream = new SseClient(`unix:${socket}`, '/events?channel=a');
  await stream.opening();
  assert.match(program.stderr, /listening on unix:\S+public\.sock \(public\)/);
  stream.close();
  program.signal('SIGTERM');
  assert.deepEqual(await program.exit(), {code: 0, signal: null});
});

test('sockets that are announced but not there: 69, naming the first', async () => {
  const {code, signal, stderr} = await run('sh', ['-c', 'export LISTEN_PID=$$; exec "$0" --memory --ops-listen 127.0.0.1:0 3</dev/null',
    binary()], {env: {LISTEN_FDS: '3'}});
  assert.deepEqual([code, signal], [69, null], stderr);
  assert.match(stderr, /LISTEN_FDS=3, but descriptor 4 is not open/);
});
