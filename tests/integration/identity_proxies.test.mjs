// Users and addresses as a trusted proxy tells them, and as nobody else can.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import {temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket, endpointOf} from '../support/http.mjs';
import {Signer, ask, assertRefused, assertServed, bearer, keep, startGuarded} from '../support/tokens.mjs';

// Every address of 127.0.0.0/8 is this machine: one is the proxy, the others are not.
const proxy = '127.0.0.2';
const from = (daemon, localAddress, headers = {}) => ({headers, connect: {...endpointOf(daemon.urls.public[0]), localAddress}});
const auth = {trusted_header: 'X-User-Id', trusted_channels_header: 'X-Channels', trusted_proxies: [proxy, '127.1.0.0/16']};

test('a trusted header', async (t) => {
  const daemon = await startGuarded(t, {config: {auth}});

  await t.test('from a trusted proxy names the user', async () => {
    for (const address of [proxy, '127.1.2.3']) {
      const stream = await ask(daemon, 'channel=@me', from(daemon, address, {'X-User-Id': 'ann'}));
      await stream.opening();
      const id = await daemon.publish('user:ann', 'hello');
      assert.equal((await stream.next()).id, id);
      stream.close();
    }
  });
  await t.test('in any spelling of its name', () => assertServed(daemon, '', from(daemon, proxy, {'x-USER-id': 'ann'})));
  await t.test('from elsewhere is ignored', async () => {
    for (const address of ['127.0.0.1', '127.0.0.3', '127.2.0.1']) {
      await assertRefused(daemon, 'channel=@me', 401, from(daemon, address, {'X-User-Id': 'ann'}));
      await assertRefused(daemon, 'channel=a', 401, from(daemon, address, {'X-User-Id': 'ann', 'X-Channels': '*', 'X-Forwarded-For': proxy}));
    }
  });
  await t.test('does not let read the channels of others', async () => {
    await assertRefused(daemon, 'channel=user:bob', 403, from(daemon, proxy, {'X-User-Id': 'ann'}));
  });
  await t.test('with a list of globs', async () => {
    const options = from(daemon, proxy, {'X-User-Id': 'ann', 'X-Channels': ' news  project:7:* '});
    for (const channel of ['news', 'project:7:x', 'user:ann']) await assertServed(daemon, `channel=${channel}`, options);
    await assertRefused(daemon, 'channel=newsx', 403, options);
  });
  await t.test('the list alone is nobody', async () => {
    await assertRefused(daemon, 'channel=news', 401, from(daemon, proxy, {'X-Channels': '*'}));
    await assertRefused(daemon, 'channel=news', 401, from(daemon, proxy, {'X-User-Id': '', 'X-Channels': '*'}));
  });
  await t.test('that comes twice is nobody: whose it is cannot be told', async () => {
    for (const lines of ['X-User-Id: ann\r\nX-User-Id: bob', 'X-User-Id: ann\r\nx-user-id: ann', 'X-User-Id: ann\r\nX-Channels: a\r\nX-Channels: *']) {
      const raw = new RawSocket(net.connect(from(daemon, proxy).connect));
      await raw.connected;
      raw.write(`GET /events?channel=user:ann HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n`);
      await raw.match(/^HTTP\/1\.1 401 [^]*comes twice/);
      raw.close();
    }
  });
  await t.test('with control characters or no end is refused', async () => {
    await assertRefused(daemon, 'channel=user:ann', 401, from(daemon, proxy, {'X-User-Id': 'a\tb'}));
    await assertRefused(daemon, 'channel=user:ann', 401, from(daemon, proxy, {'X-User-Id': 'x'.repeat(5000)}));
  });
});

test('a trusted header and a token', async (t) => {
  const signer = new Signer('HS256');
  const jwt = {secret_file: keep(temporaryFolder(t), 'secret', String(signer.privateKey))};
  const daemon = await startGuarded(t, {config: {auth: {...auth, jwt}}});
  const token = bearer(await signer.sign({sub: 'bob'}));
  await t.test('from the proxy the header decides', () =>
    assertServed(daemon, 'channel=user:ann', from(daemon, proxy, {'X-User-Id': 'ann', ...token})));
  await t.test('from the proxy without the header, the token', () =>
    assertServed(daemon, 'channel=user:bob', from(daemon, proxy, token)));
  await t.test('from elsewhere the token', async () => {
    await assertServed(daemon, 'channel=user:bob', from(daemon, '127.0.0.1', {'X-User-Id': 'ann', ...token}));
    await assertRefused(daemon, 'channel=user:ann', 403, from(daemon, '127.0.0.1', {'X-User-Id': 'ann', ...token}));
  });
});

test('over a unix socket', async (t) => {
  const listen = [`unix:${path.join(temporaryFolder(t), 'public.sock')}`, '127.0.0.1:0'];
  const unixUrl = (daemon) => daemon.urls.public.find((url) => url.startsWith('unix:'));
  const tcpUrl = (daemon) => daemon.urls.public.find((url) => url.startsWith('http:'));
  const headers = {'X-User-Id': 'ann'};
  await t.test('trusted when trusted_proxies has unix, and TCP is not then', async (t2) => {
    const daemon = await startGuarded(t2, {listen, config: {auth: {trusted_header: 'X-User-Id', trusted_proxies: ['unix']}}});
    await assertServed(daemon, 'channel=@me', {headers, url: unixUrl(daemon)});
    await assertRefused(daemon, 'channel=@me', 401, {headers, url: tcpUrl(daemon)});
  });
  await t.test('not trusted otherwise', async (t2) => {
    const daemon = await startGuarded(t2, {listen, config: {auth: {trusted_header: 'X-User-Id', trusted_proxies: ['127.0.0.1']}}});
    await assertServed(daemon, 'channel=@me', {headers, url: tcpUrl(daemon)});
    await assertRefused(daemon, 'channel=@me', 401, {headers, url: unixUrl(daemon)});
  });
});

test('the client\'s address in the access log', async (t) => {
  const daemon = await startGuarded(t, {config: {auth: {trusted_proxies: [proxy, '10.0.0.0/8'], public_channels: ['open']}}});
  const logged = async (address, forwarded) => {
    const before = daemon.log.length;
    const client = await ask(daemon, 'channel=open', from(daemon, address, forwarded === undefined ? {} : {'X-Forwarded-For': forwarded}));
    await client.opening();
    client.close();
    return (await daemon.program.output(/stream ended: .*address=(\S+)/, {from: before}))[1];
  };
  const cases = [
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '192.0.2.1', '127.0.0.1'],                             // not a proxy: its word does not count
    [proxy, undefined, proxy],
    [proxy, '192.0.2.1', '192.0.2.1'],
    [proxy, '198.51.100.1, 192.0.2.1', '192.0.2.1'],                     // the left one is what the client claimed
    [proxy, '198.51.100.1, 192.0.2.1, 10.1.2.3', '192.0.2.1'],           // another proxy in between
    [proxy, '10.1.2.3', '10.1.2.3'],
    [proxy, '192.0.2.1:4711', '192.0.2.1'],
    [proxy, '[2001:DB8::1]:443', '2001:db8::1'],
    [proxy, '192.0.2.1, unknown', proxy],
    [proxy, '192.0.2.1" user="root', proxy],
  ];
  for (const [address, forwarded, expected] of cases) {
    await t.test(`from ${address}, X-Forwarded-For: ${forwarded}`, async () => assert.equal(await logged(address, forwarded), expected));
  }
});
