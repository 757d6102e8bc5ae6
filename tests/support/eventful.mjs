// A life in which everything happens that a daemon counts.
import {RawSocket} from './http.mjs';
import {publishSome, publishTo} from './publishing.mjs';
import {until} from './wait.mjs';

/** What a daemon for liveThrough() is configured with. */
export const eventfulConfig = {
  auth: {public_channels: ['open', 'burst', 'many']},
  backplane: {history: {events: 16}},
  limits: {buffer_per_connection: '64KiB', memory: '64GiB'},
  streams: {write_buffer: '16KiB'},
};

/** Streams that were there before and come back: to everything, to what is left of it, or with an id that nobody gave out. */
async function comeBack(daemon, redis, first) {
  for (const [cursor, expected] of [[first.id, 'complete'], ['earliest', 'earliest'], ['9007199254740991', 'unknown-id']]) {
    const stream = await daemon.stream(`channel=open&last_event_id=${cursor}`);
    const {json} = await stream.opening();
    if ((json.resume ?? json.reason) !== expected) throw new Error(`${cursor}: ${stream.describe()}`);
    stream.close();
  }
  const before = await publishTo(redis.client, 'burst', 'before');
  await publishSome(redis.client, 'burst', 20);
  const late = await daemon.stream('channel=burst', {lastEventId: before});
  await late.control('stream-reset');
  late.close();
}

/** A client that stops reading, until it is closed for that. */
async function stall(daemon, redis) {
  const raw = await RawSocket.open(daemon.urls.public[0]);
  raw.write('GET /events?channel=many HTTP/1.1\r\nHost: x\r\n\r\n');
  await raw.match(/event: stream-cursor/);
  raw.socket.pause();
  await until(async () => {
    await publishTo(redis.client, 'many', 'x'.repeat(32 << 10));
    return (await daemon.metric('freshet_disconnects_total', {reason: 'slow'})) > 0;
  }, 'the slow client to be closed');
  raw.close();
}

/**
 * Durable and live events, clients that come back, a reset, a slow reader, a request without a right, bytes that are no
 * record, and a revocation. A stream on the channel `open` stays.
 */
export async function liveThrough(daemon, redis) {
  const stream = await daemon.stream('channel=open');
  await stream.opening();
  const [first] = await publishSome(redis.client, 'open', 5);
  await redis.client.publish('freshet:open', 'typing…');
  await stream.collect(6);
  await comeBack(daemon, redis, first);
  await stall(daemon, redis);
  await daemon.public('/events?channel=closed');
  await redis.client.publish('freshet:open', '\x1enothing that a function writes');
  await daemon.ops('/channels/burst/connections', {method: 'DELETE'});
  await until(async () => (await daemon.metric('freshet_control_messages_total', {result: 'disconnect'})) > 0, 'the revocation');
  // The ids of a new history run ahead of the time for some seconds, and say nothing of the way.
  await until(async () => {
    await publishTo(redis.client, 'open', 'on time');
    return (await daemon.metric('freshet_publish_to_write_seconds_count')) > 0;
  }, 'a measured event', {ms: 60_000, every: 100});
  return stream;
}
