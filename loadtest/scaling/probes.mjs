// The runs that measure single costs, each with one freshetd process. See constants.mjs for names and units.
import {sleep, until} from '../../tests/support/wait.mjs';
import {startPinned} from '../comparison/programs.mjs';
import {startNginx} from './nginx.mjs';
import {onStage} from './stage.mjs';

const size = 200;
const data = 'x'.repeat(size);
const channel = 'load:0';

/** What Redis uses while nothing happens but one instance's mark each second, and the sampling: µs/s. */
export const idleRedis = (scale, context) => onStage(context, async ({usage}) => {
  const samples = await usage();
  const first = await samples.take();
  await sleep(3000 * scale.seconds);
  await samples.stop();
  const last = samples.samples.at(-1);
  return {'redis.idle': (last.cpu - first.cpu) / (last.at - first.at)};
});

/** Streams that open and stay silent, with a channel each. */
export const opening = (scale, context, {idle}) => onStage(context, async ({load}) => {
  const streams = Math.round(18_000 * scale.streams);
  const {usage, connect, server: {memory}, kernel} = await load('idle', {connections: streams, duration: 0.5});
  const held = Math.max(...usage.samples.map((sample) => sample.memory)) - usage.samples[0].memory;
  return {
    'instance.open': connect.cpu_us_per_connection,
    'instance.base': memory.before.written_bytes,
    'instance.stream': (memory.connected.written_bytes - memory.before.written_bytes) / streams,
    'kernel.socket': (kernel.slab_bytes_per_connection + kernel.socket_bytes_per_connection) / 2,
    'redis.open': usage.span(['subscribe'], idle) / streams,
    'redis.subscription': held / streams,
  };
});

/**
 * Streams that come with a Last-Event-ID to an instance that has not heard of their channels, as after the end of another
 * one: each has a channel to subscribe to and a ring to read, and one missed event to get.
 */
export const returning = (scale, context, {idle}) => onStage(context, async ({load, link}) => {
  const streams = Math.round(6000 * scale.streams);
  // As sseload writes its data: number and time.
  const missed = `1:0:${data}`;
  const cursor = await link.call('FCALL', 'freshet_publish', '1', 'before', missed);
  const commands = Array.from({length: streams}, (_, i) => ['FCALL', 'freshet_publish', '1', `load:${i}`, missed]);
  for (let from = 0; from < streams; from += 200) await link.pipeline(commands.slice(from, from + 200));
  const {usage, connect} = await load('idle', {connections: streams, duration: 0.5, header: `Last-Event-ID: ${cursor}`});
  return {
    'instance.return': connect.cpu_us_per_connection,
    'redis.return': usage.span(['subscribe', 'lrange'], idle) / streams,
  };
});

/** Messages that come as fast as an instance takes them, for a stream each. */
export const flood = (scale, context, {delivery}) => onStage(context, async ({load}) => {
  const options = {connections: Math.round(6000 * scale.streams), rate: 'max', events: Math.round(150_000 * scale.seconds), size};
  const {server} = await load('per-user', options);
  return {'instance.message_pipelined': Math.max(0, server.cpu_us_per_delivery - delivery)};
});

/** Deliveries of larger events than those that all else is measured with: µs/KiB. */
export const larger = (scale, context) => onStage(context, async ({load}) => {
  const kib = 8;
  const options = {connections: Math.round(3000 * scale.streams), rate: 10, events: Math.round(40 * scale.seconds)};
  const small = await load('broadcast', {...options, size});
  const large = await load('broadcast', {...options, size: size + kib * 1024});
  const more = large.server.cpu_us_per_delivery - small.server.cpu_us_per_delivery;
  return {'instance.delivery_per_kib': Math.max(0, more) / kib};
});

// Subscribers of the channel that only read. They share a core with the instance, as those of the other runs do.
async function subscribe(stage, n) {
  for (let i = 0; i < n; ++i) {
    const args = ['-c', `exec redis-cli -p ${stage.redis.port} SUBSCRIBE freshet:${channel} >/dev/null`];
    const program = startPinned(stage.serverCore, 'sh', args);
    await stage.begin({stop: () => program.running && program.kill9()});
  }
  const hears = async () => Number((await stage.link.call('PUBLISH', `freshet:${channel}`, ''))) >= n;
  await until(hears, `${n} subscribers`);
}

const extra = 8;

/** A live-only publication, and one more subscriber of a channel, when events come one by one. */
export const single = (scale, context, {idle}) => onStage(context, async (stage) => {
  const events = Math.round(4000 * scale.seconds);
  const once = async (publish, command) => {
    const {usage} = await stage.load('broadcast', {connections: 1, rate: 1000, events, size, publish});
    return usage.each(command, events, idle);
  };
  const live = await once('publish', 'publish');
  const alone = await once('fcall', 'lpush');
  await subscribe(stage, extra);
  const each = Math.max(0, await once('fcall', 'lpush') - alone) / extra;
  return {'redis.fanout': each, 'redis.live': Math.max(0, live - each)};
});

/** Publications and one more subscriber of a channel, when many come at once. */
export const pipelined = (scale, context) => onStage(context, async (stage) => {
  const durable = Array.from({length: 200}, () => ['FCALL', 'freshet_publish', '1', channel, data]);
  const live = Array.from({length: 200}, () => ['PUBLISH', `freshet:${channel}`, data]);
  const batches = Math.ceil(200 * scale.seconds);
  const samples = await stage.usage();
  const each = async (batch) => {
    const first = await samples.take();
    for (let i = 0; i < batches; ++i) await stage.link.pipeline(batch);
    // What waits for the subscribers has its price, too.
    const sent = async () => !/ omem=[1-9]/.test(await stage.link.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
    await until(sent, 'the subscribers to have everything');
    return ((await samples.take()).cpu - first.cpu) / (batches * batch.length);
  };
  await each(durable);
  const alone = await each(durable);
  const bare = await each(live);
  await subscribe(stage, extra);
  const heard = await each(durable);
  await samples.stop();
  return {
    'redis.publish_pipelined': alone, 'redis.live_pipelined': bare, 'redis.fanout_pipelined': Math.max(0, heard - alone) / extra,
  };
});

/** Rings and the events in them. */
export const rings = (scale, context) => onStage(context, async ({link, usage}) => {
  const [channels, more] = [Math.round(5000 * scale.streams), 20];
  const samples = await usage();
  const publish = async () => {
    const commands = Array.from({length: channels}, (_, i) => ['FCALL', 'freshet_publish', '1', `ring:${i}`, data]);
    for (let from = 0; from < channels; from += 200) await link.pipeline(commands.slice(from, from + 200));
    return (await samples.take()).memory;
  };
  const none = (await samples.take()).memory;
  const one = await publish();
  let many = one;
  for (let i = 0; i < more; ++i) many = await publish();
  await samples.stop();
  const event = (many - one) / more / channels;
  return {'redis.ring_event': Math.max(0, event - size), 'redis.ring': Math.max(0, (one - none) / channels - event)};
});

/** Streams through nginx: what it uses for them. */
export const nginx = (scale, context) => onStage(context, async (stage) => {
  const front = await stage.begin(startNginx({core: stage.serverCore, folder: stage.folder, upstream: stage.servers[0].port}));
  const streams = Math.round(5000 * scale.streams);
  const events = Math.ceil(20 * scale.seconds);
  const {connect, server} = await stage.load('broadcast', {connections: streams, rate: 5, events, size}, [front]);
  return {
    'nginx.delivery': server.cpu_us_per_delivery,
    'nginx.open': connect.cpu_us_per_connection,
    'nginx.stream': (server.memory.connected.written_bytes - server.memory.before.written_bytes) / streams,
  };
});
