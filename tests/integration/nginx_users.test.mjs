// Users from a session backend, told by Debian's nginx with the configuration that we ship, and by nobody else.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';

import {temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {startNginx} from '../support/nginx.mjs';
import {SseClient} from '../support/sse.mjs';
import {secret, startGuarded} from '../support/tokens.mjs';

const sessions = {
  [secret('session-of-ann')]: {'X-User-Id': 'ann', 'X-Channels': 'news project:7:*'},
  [secret('session-of-bob')]: {'X-User-Id': 'bob'},
  [secret('session-of-nobody')]: {},
};

/** Answers as auth_request.conf says; what nginx asked it is in `asked`. */
async function startBackend(t) {
  const asked = [];
  const server = http.createServer((request, reply) => {
    asked.push(request);
    const session = request.headers.cookie?.match(/(?:^|; )session=([^;]*)/)?.[1];
    const headers = sessions[session];
    reply.writeHead(headers ? 200 : 401, headers).end();
  });
  const stop = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.listening && stop());
  return {asked, stop, url: `http://127.0.0.1:${server.address().port}/session`};
}

test('users by auth_request', async (t) => {
  const folder = temporaryFolder(t);
  const sockets = ['one', 'two'].map((name) => path.join(folder, `${name}.sock`));
  const auth = {trusted_header: 'X-User-Id', trusted_channels_header: 'X-Channels', trusted_proxies: ['unix'], public_channels: ['open']};
  // One daemon, on both of the sockets that the configuration has.
  const daemon = await startGuarded(t, {config: {auth}, listen: sockets.map((socket) => `unix:${socket}`)});
  const backend = await startBackend(t);
  const {url} = await startNginx(t, sockets, {session: backend.url});
  const port = Number(new URL(url).port);

  const open = async (query, session, headers = {}) => {
    const client = new SseClient(url, `/events?${query}`, {
      transport: https, connect: {host: '127.0.0.1', port, rejectUnauthorized: false},
      headers: {...(session ? {Cookie: `session=${session}`} : {}), ...headers}});
    await client.opened();
    if (client.headers['content-type'] !== 'text/event-stream') await client.end();
    return client;
  };
  const serves = async (...args) => {
    const client = await open(...args);
    assert.equal(client.status, 200, client.describe());
    await client.opening();
    client.close();
  };
  const refuses = async (status, ...args) => assert.equal((await open(...args)).status, status, JSON.stringify(args));

  await t.test('somebody has their own channel, and those that the backend lists', async () => {
    for (const channel of ['@me', 'user:ann', 'news', 'project:7:a', 'open']) await serves(`channel=${channel}`, 'session-of-ann');
    for (const channel of ['user:bob', 'project:8:a']) await refuses(403, `channel=${channel}`, 'session-of-ann');
    await refuses(403, 'channel=news', 'session-of-bob');
  });
  await t.test('a session of nobody reads public channels', async () => {
    await serves('channel=open', 'session-of-nobody');
    await refuses(401, 'channel=@me', 'session-of-nobody');
  });
  await t.test('no session, or a made-up one, gets what the backend says', async () => {
    await refuses(401, 'channel=open');
    await refuses(401, 'channel=open', 'made-up');
  });
  await t.test('the client\'s address is known to the daemon', async () => {
    const from = daemon.log.length;
    await serves('channel=@me', 'session-of-ann', {'X-Forwarded-For': '192.0.2.1'});
    await daemon.program.output(/stream ended: .* user="ann" address=127\.0\.0\.1 /, {from});
  });

  for (const [what, headers] of Object.entries({
    'the header itself': {'X-User-Id': 'ann'},
    'in another spelling': {'x-uSER-iD': 'ann'},
    'twice': {'X-User-Id': ['ann', 'ann']},
    'with an underscore': {'X_User_Id': 'ann', 'x_user-id': 'ann', 'X_Channels': '*'},
    'with the list of channels': {'X-Channels': '*'},
    'named as hop by hop': {'X-User-Id': 'ann', 'Connection': 'X-User-Id, X-Channels'},
    'under the names that gateways use': {'HTTP_X_USER_ID': 'ann', 'X-Forwarded-User': 'ann', 'X-Original-URI': '/'},
  })) {
    await t.test(`forged: ${what}`, async () => {
      await refuses(401, 'channel=@me', 'session-of-nobody', headers);
      await refuses(403, 'channel=user:ann', 'session-of-bob', headers);
      await refuses(403, 'channel=news', 'session-of-bob', headers);
      await serves('channel=user:bob', 'session-of-bob', headers);
      for (const request of backend.asked) assert.equal(request.headers['x-user-id'], undefined, 'the backend is not told either');
    });
  }

  const raw = async (bytes) => {
    const socket = tls.connect({host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1']});
    const client = new RawSocket(socket);
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    client.write(bytes);
    await client.waitFor(() => client.closed || /\r\n\r\n/.test(client.text), 'an answer');
    client.close();
    return client.text;
  };
  const get = (lines, query = 'channel=user:ann') =>
    `GET /events?${query} HTTP/1.1\r\nHost: events\r\nCookie: session=session-of-bob\r\n${lines}\r\n`;
  for (const [what, bytes] of Object.entries({
    'a space before the colon': get('X-User-Id : ann\r\n'),
    'a tab before the colon': get('X-User-Id\t: ann\r\n'),
    'a space before the name': get(' X-User-Id: ann\r\n'),
    'a folded line': get('X-Padding: a\r\n X-User-Id: ann\r\n'),
    'a folded value': get('X-User-Id:\r\n ann\r\n'),
    'a bare line feed': get('X-Padding: a\nX-User-Id: ann\r\n'),
    'a bare carriage return': get('X-Padding: a\rX-User-Id: ann\r\n'),
    'a NUL': get('X-User-Id\0: ann\r\n'),
    'a second request behind a body of two lengths': get('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n') +
      '0\r\n\r\nGET /events?channel=user:ann HTTP/1.1\r\nHost: x\r\nX-User-Id: ann\r\n\r\n',
    'a line break in the target': 'GET /events?channel=user:ann%0d%0aX-User-Id:%20ann HTTP/1.1\r\nHost: events\r\nCookie: session=session-of-bob\r\n\r\n',
    'a request that asks for the backend\'s place': 'GET /_session HTTP/1.1\r\nHost: events\r\nCookie: session=session-of-ann\r\n\r\n',
  })) {
    await t.test(`smuggled: ${what}`, async () => {
      const answer = await raw(bytes);
      assert.doesNotMatch(answer, /^HTTP\/1\.1 200/);
      assert.match(answer, /^(?:HTTP\/1\.1 (?:400|403|404|501) |$)/);
    });
  }
  await t.test('and nobody has come through as ann by any of these', async () => {
    const from = daemon.log.length;
    await serves('channel=user:bob', 'session-of-bob');
    await daemon.program.output(/user="bob"/, {from});
    const ann = [...daemon.log.matchAll(/stream ended: .*user="ann".*/g)].length;
    assert.equal(ann, 5, 'the honest ones above');
  });

  await t.test('with the backend away, a client is told to come back', async () => {
    await backend.stop();
    const client = await open('channel=@me', 'session-of-ann');
    await client.end();
    assert.equal(client.status, 200, client.describe());
    assert.equal(client.retries.length, 1);
    assert.deepEqual(client.events, []);
  });
});
