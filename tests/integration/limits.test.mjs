// Limits on how many streams there may be: whoever is over one is told to come again, and is counted.
import assert from 'node:assert/strict';
import test from 'node:test';

import {RawSocket, endpointOf} from '../support/http.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {Signer, ask, assertSentAway, assertServed, bearer, keep, startGuarded} from '../support/tokens.mjs';
import {until} from '../support/wait.mjs';

const proxy = '127.0.0.2';

/** Everything open, `retry` 2 s, `limits` as given; the proxy is trusted. */
async function startLimited(t, limits, more = {}) {
  const signer = new Signer('HS256');
  const auth = {
    jwt: {secret_file: keep(temporaryFolder(t), 'secret', String(signer.privateKey))}, public_channels: ['open'], trusted_proxies: [proxy]};
  const daemon = await startGuarded(t, {config: {auth, limits, streams: {retry: '2s'}, ...more}});
  const away = async (query, options) => assertSentAway(await ask(daemon, query, options), 1500, 2500);
  const stays = async (query, options) => {
    const stream = await ask(daemon, query, options);
    await stream.opening();
    t.after(() => stream.close());
    return stream;
  };
  const shed = (reason) => daemon.metric('freshet_shed_total', {reason});
  const gone = (count) => until(async () => await daemon.metric('freshet_connections') === count, `${count} streams to be left`);
  const from = (localAddress, forwarded) => ({
    connect: {...endpointOf(daemon.urls.public[0]), localAddress}, headers: forwarded ? {'X-Forwarded-For': forwarded} : {}});
  return {daemon, signer, away, stays, shed, gone, from};
}

test('connections', async (t) => {
  const {stays, away, shed, gone} = await startLimited(t, {connections: 3});
  const streams = [];
  while (streams.length < 3) streams.push(await stays('channel=open'));
  const retries = new Set();
  for (let index = 0; index < 20; index += 1) retries.add((await away('channel=open')).retries[0]);
  assert.ok(retries.size > 5, `they do not all come back at once: ${[...retries]}`);
  assert.equal(await shed('connections'), 20);
  assert.ok(streams.every((stream) => !stream.ended));
  streams[0].close();
  await gone(2);
  await stays('channel=open');
});

test('connections without a request are bounded, too', async (t) => {
  const {daemon, shed} = await startLimited(t, {connections: 1});
  const silent = [];
  t.after(() => silent.forEach((raw) => raw.close()));
  while (silent.length < 1100) {
    silent.push(...await Promise.all(Array.from({length: 100}, () => RawSocket.open(daemon.urls.public[0]))));
  }
  await until(async () => await shed('connections') > 0, 'connections to be turned down');
});

test('connections_per_user', async (t) => {
  const {daemon, signer, stays, away, shed, gone} = await startLimited(t, {connections_per_user: 2});
  const as = async (sub) => ({headers: bearer(await signer.sign({sub}))});
  const first = await stays('channel=@me', await as('ann'));
  await stays('channel=@me', await as('ann'));
  await away('channel=@me', await as('ann'));
  assert.equal(await shed('connections_per_user'), 1);
  // Others, and the same user as nobody, have room; HEAD takes none.
  await stays('channel=@me', await as('bob'));
  for (let index = 0; index < 4; index += 1) await stays('channel=open');
  assert.equal((await daemon.public('/events?channel=@me', {method: 'HEAD', ...await as('ann')})).status, 200);
  const left = await daemon.metric('freshet_connections') - 1;
  first.close();
  await gone(left);
  await stays('channel=@me', await as('ann'));
  await away('channel=@me', await as('ann'));
  assert.equal(await shed('connections_per_user'), 2);
});

test('connections_per_address', async (t) => {
  const {stays, away, shed, from} = await startLimited(t, {connections_per_address: 2});
  const fill = async (...where) => {
    for (let index = 0; index < 2; index += 1) await stays('channel=open', from(...where));
    await away('channel=open', from(...where));
  };
  await t.test('of the connection itself', async () => {
    await fill('127.0.0.1');
    await fill('127.0.0.3');
  });
  await t.test('a forwarded one counts from the proxy only', async () => {
    await away('channel=open', from('127.0.0.1', '192.0.2.9'));
    await fill(proxy, '192.0.2.1');
    await fill(proxy, '192.0.2.2');
    await away('channel=open', from(proxy, '203.0.113.77, 192.0.2.2'));
    await fill(proxy);
  });
  await t.test('an IPv6 client has a whole /64', async () => {
    await stays('channel=open', from(proxy, '2001:db8:1:2::a'));
    await stays('channel=open', from(proxy, '2001:db8:1:2:ffff::b'));
    await away('channel=open', from(proxy, '2001:db8:1:2::c'));
    await stays('channel=open', from(proxy, '2001:db8:1:3::a'));
  });
  await t.test('an IPv4 address is the same in IPv6 spelling', async () => {
    await away('channel=open', from(proxy, '::ffff:192.0.2.1'));
  });
  assert.equal(await shed('connections_per_address'), 2 + 1 + 2 + 1 + 1 + 1 + 1);
});

test('connection_rate lets a burst through, and then so many a second', async (t) => {
  const {daemon, shed} = await startLimited(t, {connection_rate: 1, connection_burst: 20});
  const clients = await Promise.all(Array.from({length: 60}, () => ask(daemon, 'channel=open')));
  let streams = 0;
  for (const client of clients) {
    await client.waitFor(() => client.ended || client.events.length > 0, 'a stream or an end');
    if (client.ended) await assertSentAway(client, 1500, 2500);
    else streams += 1;
    client.close();
  }
  assert.ok(streams >= 20 && streams < 60, `${streams} came through`);
  assert.equal(await shed('connection_rate'), 60 - streams);
  // Some time later there is room again.
  await until(async () => {
    const client = await ask(daemon, 'channel=open');
    await client.waitFor(() => client.ended || client.events.length > 0, 'a stream or an end');
    client.close();
    return !client.ended || client.events.length > 0;
  }, 'room for one more', {every: 100});
});

test('limits that a reload brings hold for the next streams, and drop none', async (t) => {
  const {daemon, stays, away} = await startLimited(t, {});
  const streams = [await stays('channel=open'), await stays('channel=open')];
  const from = daemon.log.length;
  daemon.writeConfig({auth: {public_channels: ['open']}, limits: {connections: 1}, streams: {retry: '2s'}});
  daemon.signal('SIGHUP');
  await daemon.program.output(/reloaded:/, {from});
  await away('channel=open');
  assert.ok(streams.every((stream) => !stream.ended));
});

test('whoever is refused takes no place', async (t) => {
  const {daemon, signer} = await startLimited(t, {connections: 1, connections_per_user: 1});
  for (let index = 0; index < 10; index += 1) {
    assert.equal((await ask(daemon, 'channel=secret')).status, 401);
    assert.equal((await ask(daemon, 'channel=secret', {headers: bearer(await signer.sign())})).status, 403);
  }
  await assertServed(daemon, 'channel=@me', {headers: bearer(await signer.sign())});
});
