// freshetctl doctor --url: what it says of proxies that are as they should be, and of those that are not.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import {ctl, fileWith, opsOf} from '../support/freshetctl.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {FakeServer} from '../support/fake_server.mjs';
import {Nginx, startNginx} from '../support/nginx.mjs';
import {freePort} from '../support/ports.mjs';

const limits = {connections: 200};

/** The findings about the URL, by check. */
async function look(t, daemon, url, ...args) {
  const file = fileWith(t, JSON.stringify({limits, streams: {heartbeat: '1s'}}), 'freshet.yaml');
  const {stdout} = await ctl('doctor', '--config', file, '--ops', opsOf(daemon), '--json', '--url', url, '--insecure', ...args);
  const found = JSON.parse(stdout).findings.filter(({check}) => check.startsWith('url.'));
  return new Map(found.map((each) => [each.check, each]));
}

function assertVerdict(checks, check, verdict, what = /./) {
  const found = checks.get(check);
  assert.equal(found?.verdict, verdict, JSON.stringify([...checks.values()], null, 1));
  assert.match(found.what, what);
  if (verdict === 'warn' || verdict === 'fail') assert.ok(found.advice, 'says what to change');
}

/** The URL of an nginx without TLS, with these directives of its location and, for all, of http{}. */
async function proxy(t, location, all = '') {
  const port = await freePort();
  const http = `access_log off; ${all} server { listen 127.0.0.1:${port}; location / { ${location} } }`;
  const nginx = await Nginx.start({folder: temporaryFolder(t, 'nginx'), port, http});
  t.after(() => nginx.stop());
  return nginx.url;
}

async function daemonOnSocket(t, options = {}) {
  const socket = `${temporaryFolder(t)}/one.sock`;
  const config = {limits, streams: {heartbeat: '1s'}, ...options.config};
  return {socket, daemon: await startFreshetd(t, {...options, config, listen: [`unix:${socket}`]})};
}

test('the shipped nginx configuration, over TLS', async (t) => {
  const {socket, daemon} = await daemonOnSocket(t, {config: {cors: {origins: ['https://app.example.com']}}});
  const {url} = await startNginx(t, [socket]);
  const checks = await look(t, daemon, url, '--slow', '--origin', 'https://app.example.com');
  for (const [check, what] of [['url.open', /200 text\/event-stream/], ['url.buffering', /first bytes/], ['url.delivery', /came through/], ['url.compression', /not/],
    ['url.headers', /nginx has acted/], ['url.protocol', /HTTP\/2 over TLS/], ['url.statuses', /keep their status/],
    ['url.heartbeat', /a heartbeat/], ['url.cors', /may read it/]]) {
    assertVerdict(checks, check, 'ok', what);
  }
  assertVerdict(await look(t, daemon, url, '--origin', 'https://other.example'), 'url.cors', 'fail', /are refused/);
  await daemon.stop();
  const away = await look(t, daemon, url);
  assert.notEqual(away.get('url.statuses').verdict, 'ok', 'a retry page is no 400');
});

test('proxies that are set up badly', {concurrency: 4}, async (t) => {
  const {socket, daemon} = await daemonOnSocket(t);
  const over10 = `proxy_pass http://unix:${socket};`;
  const over11 = `${over10} proxy_http_version 1.1;`;
  const elsewhere = `proxy_pass http://unix:${path.dirname(socket)}/none.sock;`;
  const broken = [
    ['buffers', `${over10} proxy_ignore_headers X-Accel-Buffering;`, '', 'url.buffering', 'fail', /no byte came within 3 s: something on the way/],
    ['compresses', over11, 'gzip on; gzip_min_length 0; gzip_types text/event-stream;', 'url.compression', 'fail', /gzip/],
    ['hides Cache-Control', `${over11} proxy_hide_header Cache-Control;`, '', 'url.headers', 'warn', /no-transform has been lost/],
    ['passes X-Accel-Buffering', `${over11} proxy_pass_header X-Accel-Buffering;`, '', 'url.headers', 'warn', /X-Accel-Buffering/],
    ['has no TLS', over11, '', 'url.protocol', 'warn', /without TLS/],
    ['makes pages of errors', `${over11} proxy_intercept_errors on; error_page 400 =200 /50x.html;`, '', 'url.statuses', 'fail', /should be 400/],
    ['leads nowhere', elsewhere, '', 'url.open', 'fail', /502 Bad Gateway/],
    ['answers itself', 'return 200 "<p>hello";', '', 'url.open', 'fail', /something else answers/],
    ['knows nothing', 'return 404;', '', 'url.open', 'fail', /404 Not Found/],
  ];
  await Promise.all([
    ...broken.map(([name, location, all, check, verdict, what]) => t.test(`one that ${name}`, async (t) => {
      assertVerdict(await look(t, daemon, await proxy(t, location, all)), check, verdict, what);
    })),
    t.test('one that is impatient', async (t) => {
      const url = await proxy(t, `${over11} proxy_read_timeout 500ms;`);
      assertVerdict(await look(t, daemon, url, '--slow'), 'url.heartbeat', 'fail', /ended before its first heartbeat/);
    }),
  ]);
});

test('no TLS where TLS is meant, nobody, and silence', async (t) => {
  const daemon = await startFreshetd(t);
  assertVerdict(await look(t, daemon, `http://127.0.0.1:${await freePort()}`), 'url.open', 'fail', /connect/i);
  assertVerdict(await look(t, daemon, daemon.urls.public[0].replace('http:', 'https:')), 'url.open', 'fail', /SSL|TLS|wrong version/i);
  const opening = 'retry: 3000\n\nid: 1\nevent: stream-cursor\ndata: {}\n\n';
  const stream = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n${opening}`;
  const [silent, only] = await Promise.all([FakeServer.start(() => {}), FakeServer.start((socket) => socket.write(stream))]);
  t.after(() => Promise.all([silent.stop(), only.stop()]));
  const [quiet, held] = await Promise.all([silent, only].map(({port}) => look(t, daemon, `http://127.0.0.1:${port}`)));
  assertVerdict(quiet, 'url.buffering', 'fail', /no byte came within 3 s/);
  assertVerdict(held, 'url.buffering', 'ok');
  assertVerdict(held, 'url.delivery', 'fail', /did not come through within 3 s/);
});

test('padding, and a stream that never opens', async (t) => {
  const daemon = await startFreshetd(t, {config: {limits, streams: {padding: '8KiB'}}});
  assertVerdict(await look(t, daemon, daemon.urls.public[0]), 'url.delivery', 'ok', /came through/);
  const stream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 3000\n\n';
  const server = await FakeServer.start((socket) => socket.write(stream));
  t.after(() => server.stop());
  const checks = await look(t, daemon, `http://127.0.0.1:${server.port}`);
  assertVerdict(checks, 'url.delivery', 'skip', /opening event did not come/);
});

test('a certificate that nobody believes is told without --insecure', async (t) => {
  const {socket, daemon} = await daemonOnSocket(t);
  const {url} = await startNginx(t, [socket]);
  const file = fileWith(t, JSON.stringify({limits}), 'freshet.yaml');
  const {stdout} = await ctl('doctor', '--config', file, '--ops', opsOf(daemon), '--url', url);
  assert.match(stdout, /\nfail {2}url\.open: SSL certificate problem: unable to get local issuer certificate\n/);
});

test('a stream that needs a token', async (t) => {
  const daemon = await startFreshetd(t, {dev: false, config: {limits, auth: {public_channels: ['news:*']}}});
  const refused = await look(t, daemon, daemon.urls.public[0]);
  assertVerdict(refused, 'url.open', 'skip', /401 Unauthorized/);
  assert.equal(refused.has('url.buffering'), false);
  const open = await look(t, daemon, daemon.urls.public[0], '--channel', 'news:1');
  assertVerdict(open, 'url.open', 'ok');
  assertVerdict(open, 'url.delivery', 'skip', /the channel news:1 may have other readers, so no event was published/);
  const named = await look(t, daemon, `${daemon.urls.public[0]}/events?channel=news:2`);
  assertVerdict(named, 'url.open', 'ok');
  assertVerdict(named, 'url.delivery', 'skip', /the URL's channels may have other readers/);
});

test('the first public pattern that has room for a channel of doctor\'s own', async (t) => {
  const delivery = async (globs) => {
    const daemon = await startFreshetd(t, {dev: false, config: {limits, auth: {public_channels: globs}}});
    const file = fileWith(t, JSON.stringify({limits, auth: {public_channels: globs}}), 'freshet.yaml');
    const {stdout} = await ctl('doctor', '--config', file, '--ops', opsOf(daemon), '--json', '--url', daemon.urls.public[0]);
    const checks = new Map(JSON.parse(stdout).findings.map((each) => [each.check, each]));
    assertVerdict(checks, 'url.open', 'ok');
    return checks;
  };
  assertVerdict(await delivery(['news', 'scores:*']), 'url.delivery', 'ok', /came through/);
  assertVerdict(await delivery(['news', 'room-?']), 'url.delivery', 'skip', /the channel news may have other readers/);
});
