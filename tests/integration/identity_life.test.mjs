// A stream lives no longer than the token that opened it, and its client loses nothing by that.
import assert from 'node:assert/strict';
import test from 'node:test';

import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startRedis} from '../support/redis.mjs';
import {Signer, ask, assertServed, bearer, keep, secondsFromNow, startGuarded} from '../support/tokens.mjs';
import {until} from '../support/wait.mjs';

async function startExpiring(t, {auth = {}, leeway = '0s', ...options} = {}) {
  const signer = new Signer('HS256');
  const jwt = {secret_file: keep(temporaryFolder(t), 'secret', String(signer.privateKey)), leeway};
  const daemon = await startGuarded(t, {...options, config: {auth: {jwt, ...auth}, streams: {retry: '1s'}}});
  return {daemon, signer};
}

test('stream-expiring, then a clean end; with a fresh cookie the client goes on where it was', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const {daemon, signer} = await startExpiring(t, {redis: redis.url, auth: {expiring_notice: '2s'}});
  const cookie = async (seconds) => ({Cookie: `freshet_token=${await signer.sign({exp: secondsFromNow(seconds)})}`});
  const stream = await ask(daemon, 'channel=@me', {headers: await cookie(6)});
  const position = (await stream.opening()).id;

  const sent = [];
  const publish = async () => sent.push(await daemon.publish('user:42', `event ${sent.length}`));
  await publish();
  const notice = await stream.control('stream-expiring');
  assert.ok(notice.json.seconds >= 1 && notice.json.seconds <= 3, notice.data);
  assert.equal(notice.id, undefined, 'it leaves the position alone');
  await publish();
  await stream.end();
  assert.equal(stream.error, undefined, 'a clean end');
  assert.equal(stream.retries.length, 2);
  const retry = stream.retries[1];
  assert.ok(retry >= 750 && retry <= 1250, `jittered around streams.retry: ${retry}`);
  assert.equal(stream.controls.filter(({event}) => event === 'stream-expiring').length, 1);
  assert.ok(BigInt(stream.lastEventId) > BigInt(position));
  for (let index = 0; index < 5; index += 1) await publish();

  const next = await ask(daemon, 'channel=@me', {headers: await cookie(600), lastEventId: stream.lastEventId});
  assert.deepEqual((await next.opening()).json, {resume: 'complete'});
  await publish();
  await next.waitFor(() => stream.messages.length + next.messages.length >= sent.length, 'all events');
  assert.deepEqual([...stream.messages, ...next.messages].map(({id}) => id), sent, 'each once, none lost');
  next.close();
  assert.equal(await daemon.metric('freshet_disconnects_total', {reason: 'expired'}), 1);
  assert.match(daemon.log, /stream ended: reason=expired user="42" address=127\.0\.0\.1 channels=user:42 duration_ms=\d+ events=\d+ bytes=\d+ resume=fresh\n/);
});

test('without a notice it just ends', async (t) => {
  const {daemon, signer} = await startExpiring(t, {auth: {expiring_notice: '0s'}});
  const stream = await ask(daemon, 'channel=@me', {headers: bearer(await signer.sign({exp: secondsFromNow(5)}))});
  await stream.opening();
  await stream.end();
  assert.equal(stream.error, undefined);
  assert.deepEqual(stream.controls.map(({event}) => event), ['stream-cursor']);
});

test('the leeway is for the end of a stream, too', async (t) => {
  const {daemon, signer} = await startExpiring(t, {leeway: '5m', auth: {expiring_notice: '0s'}});
  const stream = await ask(daemon, 'channel=@me', {headers: bearer(await signer.sign({iat: secondsFromNow(-9), exp: secondsFromNow(-1)}))});
  await stream.opening();
  const id = await daemon.publish('user:42', 'still here');
  assert.equal((await stream.next()).id, id);
  stream.close();
});

test('a stream of public channels has no end, whatever token came along', async (t) => {
  const {daemon, signer} = await startExpiring(t, {auth: {public_channels: ['open']}});
  const expiresAt = secondsFromNow(5);
  const headers = bearer(await signer.sign({exp: expiresAt}));
  const [open, own] = [await ask(daemon, 'channel=open', {headers}), await ask(daemon, 'channel=open&channel=@me', {headers})];
  await open.opening();
  await own.end();
  assert.ok(!open.ended);
  const id = await daemon.publish('open', 'later');
  assert.equal((await open.next()).id, id);
  open.close();
});

test('at the end of each stream there is a line that tells whose it was', async (t) => {
  const {daemon, signer} = await startExpiring(t, {auth: {public_channels: ['open']}});
  const headers = bearer(await signer.sign({sub: 'ann "the\\1"', channels: ['a', 'b']}));
  await assertServed(daemon, 'channel=a&channel=b', {headers});
  await assertServed(daemon, 'channel=open&last_event_id=1&access_token=rubbish-of-somebody');
  const lines = await until(() => {
    const found = daemon.log.match(/stream ended: .*/g) ?? [];
    return found.length === 2 && found;
  }, 'two lines');
  assert.match(lines[0], /^stream ended: reason=client user="ann \\x22the\\x5c1\\x22" address=127\.0\.0\.1 channels=a,b duration_ms=\d+ events=0 bytes=\d+ resume=fresh$/);
  assert.match(lines[1], /^stream ended: reason=client address=127\.0\.0\.1 channels=open duration_ms=\d+ events=0 bytes=\d+ resume=history-lost$/);
  assert.doesNotMatch(daemon.log, /rubbish-of-somebody|access_token/);
});

test('the line of a stream with many channels names some of them, and says how many there are besides', async (t) => {
  const daemon = await startFreshetd(t, {config: {limits: {channels_per_connection: 40}}});
  const names = Array.from({length: 40}, (_, n) => `c${n}`);
  const stream = await daemon.stream(names.map((name) => `channel=${name}`).join('&'));
  await stream.opening();
  stream.close();
  const [, line] = await daemon.program.output(/stream ended: (.*)\n/);
  assert.ok(line.includes(` channels=${names.slice(0, 32).join(',')} more_channels=8 duration_ms=`), line);
});
