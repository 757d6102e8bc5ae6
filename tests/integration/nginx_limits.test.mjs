// What the nginx configuration that we ship keeps out: too many streams, too many at once, and everything that is not a stream.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startNginx} from '../support/nginx.mjs';
import {SseClient, isControl} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

const limits = {streams: 3, burst: 5};

test('limits of nginx', async (t) => {
  const folder = temporaryFolder(t);
  const sockets = ['one', 'two'].map((name) => path.join(folder, `${name}.sock`));
  const daemon = await startFreshetd(t, {listen: sockets.map((socket) => `unix:${socket}`)});
  const nginxFolder = temporaryFolder(t, 'nginx');
  const {url} = await startNginx(t, sockets, {folder: nginxFolder, edit: (text) => {
    for (const wanted of ['limit_conn freshet_streams 200;', 'burst=200 nodelay;', 'rate=20r/s;']) assert.ok(text.includes(wanted));
    return text.replace('limit_conn freshet_streams 200;', `limit_conn freshet_streams ${limits.streams};`)
      .replace('burst=200 nodelay;', `burst=${limits.burst} nodelay;`).replace('rate=20r/s;', 'rate=1r/m;');
  }});
  const port = Number(new URL(url).port);
  const open = async (t2, target, localAddress, headers = {}) => {
    const client = new SseClient(url, target, {
      transport: https, headers, connect: {host: '127.0.0.1', port, localAddress, rejectUnauthorized: false}});
    t2.after(() => client.close());
    return client.opened();
  };
  const isTurnedAway = async (client) => {
    await client.end();
    assert.equal(client.status, 200, client.describe());
    assert.match(client.text, /^retry: [234]\d{3}\n\n$/);
  };

  await t.test('an address over its number of streams is told to come back, another one is served', async (t2) => {
    const held = [];
    for (let index = 0; index < limits.streams; index += 1) held.push(await open(t2, '/events?channel=a', '127.0.0.2'));
    for (const client of held) await client.opening();
    await isTurnedAway(await open(t2, '/events?channel=a', '127.0.0.2'));
    await (await open(t2, '/events?channel=a', '127.0.0.3')).opening();
    assert.equal(await daemon.metric('freshet_connections'), limits.streams + 1);
  });

  await t.test('so is one that opens streams too fast, although it closes them', async (t2) => {
    for (let index = 0; index <= limits.burst; index += 1) {
      const client = await open(t2, '/events?channel=a%20b', '127.0.0.4');
      assert.equal(client.status, 400);
    }
    await isTurnedAway(await open(t2, '/events?channel=a', '127.0.0.4'));
    await (await open(t2, '/events?channel=a', '127.0.0.5')).opening();
  });

  await t.test('a browser of another origin may read that it is to come back', async (t2) => {
    const client = await open(t2, '/events?channel=a', '127.0.0.4', {Origin: 'https://app.example'});
    assert.equal(client.headers['access-control-allow-origin'], 'https://app.example');
    await isTurnedAway(client);
  });

  await t.test('nothing of the operations listener is reached', async (t2) => {
    for (const target of ['/', '/publish?channel=a', '/metrics', '/readyz', '/livez', '/status', '/channels/a', '/events/',
      '//metrics', '/events/../metrics', '/events%2f..%2fmetrics']) {
      const client = await open(t2, target, '127.0.0.6');
      assert.equal(client.status, 404, target);
    }
  });

  await t.test('the access log has no query', async (t2) => {
    const client = await open(t2, '/events?channel=a&access_token=a-secret', '127.0.0.7');
    await client.next(isControl);
    await daemon.stop();
    await client.end();
    const log = (name) => fs.readFileSync(path.join(nginxFolder, name), 'utf8');
    // It is written after the client has the end.
    await until(() => /^127\.0\.0\.7 .* "GET \/events" 200 /m.test(log('freshet.log')), 'the line');
    for (const name of ['freshet.log', 'access.log']) {
      assert.doesNotMatch(log(name), /access_token|a-secret/);
    }
  });
});
