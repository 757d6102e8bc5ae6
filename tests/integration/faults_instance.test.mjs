// An instance dies, is restarted, or runs out of what it needs: descriptors, memory, a place for its log.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import {Follower} from '../support/follower.mjs';
import {binary, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {request} from '../support/http.mjs';
import {startNginx} from '../support/nginx.mjs';
import {forACrowd} from '../support/nginx_site.mjs';
import {Published} from '../support/oracle.mjs';
import {Program, run} from '../support/process.mjs';
import {Publisher} from '../support/publisher.mjs';
import {startRedis} from '../support/redis.mjs';
import {SseClient} from '../support/sse.mjs';
import {randomFrom, seedOfRun, until} from '../support/wait.mjs';

const channels = ['news', 'user:1', 'room/7'];
const query = channels.map((channel) => `channel=${encodeURIComponent(channel)}`).join('&');
const retryMs = 400;

/** Three instances behind nginx, clients of it, and a publisher that knows the truth. */
async function startService(t, {clients, drain = '200ms'}) {
  const random = randomFrom(seedOfRun());
  const redis = await startRedis(t, {functions: false});
  const folder = temporaryFolder(t);
  const config = {streams: {heartbeat: '1s', retry: `${retryMs}ms`}, drain: {period: drain}, backplane: {history: {events: 20_000}}};
  const daemons = await Promise.all(['one', 'two', 'three'].map((instance) => startFreshetd(t, {
    instance, redis: redis.url, config, listen: [`unix:${path.join(folder, `${instance}.sock`)}`],
  })));
  const {url} = await startNginx(t, daemons.map((daemon) => path.join(folder, `${daemon.options.instance}.sock`)),
    {edit: forACrowd});
  const crowd = Array.from({length: clients}, (_, index) => {
    const follower = new Follower({
      name: `client ${index}`, query, target: () => url,
      pause: () => {
        follower.endings.push({at: performance.now(), status: follower.stream.status, error: follower.stream.error, retry: follower.stream.retries.at(-1)});
        return follower.stream.retries.at(-1) ?? 3000;   // as an EventSource, which waits for so long
      },
      options: {transport: https, connect: {host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false}},
    });
    return Object.assign(follower, {endings: []});
  });
  await Promise.all(crowd.map((follower) => follower.opened()));
  const oracle = new Published();
  const publisher = new Publisher({redis, oracle, channels, random});
  return {redis, daemons, crowd, oracle, publisher};
}

/** Ends it: everybody has everything, once and in order, and no reset. */
async function judge({redis, crowd, oracle, publisher}) {
  await publisher.more(5);
  await publisher.stop();
  for (const channel of channels) {
    const id = String(await redis.client.call('FCALL', 'freshet_publish', 1, channel, 'farewell'));
    oracle.add(channel, id, 'farewell');
  }
  oracle.seal();
  for (const follower of crowd) {
    await follower.waitFor(() => BigInt(follower.lastEventId || 0) >= BigInt(oracle.lastId), 'the last event', {ms: 60_000});
    assert.equal(oracle.judge(follower.name, follower.entries).resets, 0);
  }
  for (const follower of crowd) await follower.stop();
}

const streamsOf = (daemon) => daemon.metric('freshet_connections');

test('freshetd is killed -9: its clients go on elsewhere, nothing is lost', async (t) => {
  const service = await startService(t, {clients: 30});
  const [victim] = service.daemons;
  await service.publisher.more(50);
  const served = await streamsOf(victim);
  assert.ok(served > 0);
  const openings = (follower) => follower.entries.filter(({control}) => control === 'stream-cursor' || control === 'stream-reset').length;
  const before = new Map(service.crowd.map((follower) => [follower, openings(follower)]));
  const began = performance.now();
  await victim.kill9();
  await until(() => service.crowd.filter((follower) => openings(follower) > before.get(follower)).length >= served, 'everybody to be back', {every: 5});
  t.diagnostic(`recovery: ${Math.round(performance.now() - began)} ms (retry is ${retryMs} ms; ${t.name})`);
  await service.publisher.more(50);
  await victim.startAgain();
  await service.publisher.more(50);
  await judge(service);
});

test('a rolling restart of three instances under load: nobody sees an error, and reconnects are spread over the drain', async (t) => {
  const drainMs = 4000;
  const service = await startService(t, {clients: 240, drain: `${drainMs}ms`});
  for (const daemon of service.daemons) {
    await service.publisher.more(20);
    const served = await streamsOf(daemon);
    const endings = service.crowd.map(({endings: each}) => each.length);
    const began = performance.now();
    await daemon.stop();
    const endedBy = () => service.crowd.flatMap((follower, index) => follower.endings.slice(endings[index]).map(({at}) => at - began));
    await until(() => endedBy().length >= served, `all ${served} clients to notice`);
    const ended = endedBy();
    // A herd is four times even. A busy machine that stands still for a second notices twice as many in the next.
    const seconds = drainMs / 1000;
    const perSecond = Array.from({length: seconds + 1}, (_, second) => ended.filter((at) => Math.floor(at / 1000) === second).length);
    const most = Math.max(...perSecond) / (ended.length / seconds);
    t.diagnostic(`${ended.length} streams ended over ${drainMs} ms, per second: ${perSecond.join(' ')}; at most ${most.toFixed(2)} times even`);
    assert.ok(most <= 2.5, `${most} times even: ${perSecond}`);
    await daemon.startAgain();
  }
  await judge(service);
  for (const {name, endings} of service.crowd) {
    for (const {status, error, retry} of endings.slice(0, -1)) {
      assert.equal(status, 200, name);
      assert.equal(error, undefined, name);
      assert.ok(retry >= retryMs * 0.75 && retry <= retryMs * 1.25, `${name} was told to come back after ${retry} ms`);
    }
  }
});

/** Lowers a limit of a running process. */
async function limit(pid, resource, value) {
  const {code, stderr} = await run('prlimit', ['--pid', String(pid), `--${resource}=${value}`]);
  assert.equal(code, 0, stderr);
}

test('no descriptors are left: new clients are shed, the others stay, and later there is room again', async (t) => {
  const daemon = await startFreshetd(t, {config: {streams: {heartbeat: '1s'}}});
  const kept = await Promise.all(Array.from({length: 10}, () => daemon.stream('channel=kept')));
  await Promise.all(kept.map((stream) => stream.opening()));
  await limit(daemon.pid, 'nofile', daemon.openFiles() + 5);
  const more = Array.from({length: 40}, () => daemon.stream('channel=more').then((stream) => stream.opening().then(() => stream)));
  for (const each of more) each.catch(() => {});
  const metrics = async () => daemon.metric('freshet_shed_total', {reason: 'descriptors'}).catch(() => 0);
  await until(async () => (await Promise.allSettled(more)).some(({status}) => status === 'rejected'), 'somebody to be shed');
  for (const {value} of await Promise.allSettled(more)) value?.close();
  await until(async () => await metrics() > 0, 'the sheds to be counted');
  const id = await daemon.publish('kept', 'still here');
  for (const stream of kept) assert.equal((await stream.next()).id, id);
  await until(async () => {
    const stream = await daemon.stream('channel=kept').catch(() => undefined);
    const opened = await stream?.opening().catch(() => undefined);
    stream?.close();
    return opened;
  }, 'room for one more');
  for (const stream of kept) stream.close();
});

test('the memory limit is reached: new clients are told to come back, the others stay', async (t) => {
  const config = (memory) => ({streams: {heartbeat: '1s', retry: '1s'}, limits: {memory}});
  const daemon = await startFreshetd(t, {config: config('1GiB')});
  const kept = await daemon.stream('channel=kept');
  await kept.opening();
  const reload = async (memory, said) => {
    const from = daemon.log.length;
    daemon.writeConfig(config(memory));
    daemon.signal('SIGHUP');
    await daemon.program.output(said, {from});
  };
  await reload('1MiB', /warning limits\.memory: \d+ bytes are resident: new streams are turned away/);
  const sent = await daemon.stream('channel=more');
  await sent.end();
  assert.equal(sent.status, 200);
  assert.equal(sent.events.length, 0);
  assert.equal(sent.retries.length, 1);
  assert.equal(await daemon.metric('freshet_shed_total', {reason: 'memory'}), 1);
  const id = await daemon.publish('kept', 'still here');
  assert.equal((await kept.next()).id, id);
  await reload('4GiB', /info limits\.memory: below it again/);
  await (await daemon.stream('channel=more')).opening();
  assert.ok(!kept.ended);
});

/** A freshetd whose standard error goes where `redirection` says serves as ever, with one line in its log per stream. */
async function servesWith(t, redirection, streams = 20) {
  const folder = temporaryFolder(t);
  const sockets = ['public', 'ops'].map((name) => path.join(folder, `${name}.sock`));
  const daemon = new Program('sh', ['-c', `exec "$0" --memory --dev --listen unix:${sockets[0]} --ops-listen unix:${sockets[1]} ${redirection}`, binary()],
    {env: {FRESHET_DRAIN_PERIOD: '100ms'}});
  t.after(() => daemon.running && daemon.kill9());
  const isReady = () => request(`unix:${sockets[1]}`, '/readyz').then(({status}) => status === 200, () => false);
  await until(isReady, 'it to be ready', {detail: () => daemon.describe()});
  const open = () => new SseClient(`unix:${sockets[0]}`, '/events?channel=a');
  const kept = open();
  await kept.opening();
  for (let index = 0; index < streams; index += 1) {
    const short = open();
    await short.opening();
    short.close();
  }
  const reply = await request(`unix:${sockets[1]}`, '/publish?channel=a', {method: 'POST', body: 'still here'});
  assert.equal(reply.status, 200);
  assert.equal((await kept.next()).data, 'still here');
  assert.equal(kept.error, undefined, 'not one byte of the log went to a client');
  daemon.signal('SIGTERM');
  assert.deepEqual(await daemon.exit(), {code: 0, signal: null});
}

test('the disk is full for the log', (t) => servesWith(t, '2>/dev/full'));

test('standard error is closed', (t) => servesWith(t, '2>&-'));

test('all standard streams are closed', (t) => servesWith(t, '<&- >&- 2>&-'));

test('the log is a pipe that nobody reads', async (t) => {
  const pipe = path.join(temporaryFolder(t), 'log');
  assert.equal((await run('mkfifo', [pipe])).code, 0);
  const reader = new Program('sh', ['-c', 'exec 3<"$0"; kill -STOP $$', pipe]);
  t.after(() => reader.running && reader.kill9());
  // 64 KiB fill it, and each stream leaves more than a hundred bytes.
  await servesWith(t, `2>${pipe}`, 1000);
});
