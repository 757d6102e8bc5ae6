// An SSE server as one writes it with better-sse and ioredis: subscribes to exactly the channels that its clients listen
// to. It hears the same messages on the same Redis channels as freshetd, but keeps no history: who was away has missed
// what came.
import http from 'node:http';

import {createChannel, createEventBuffer, createSession} from 'better-sse';
import {Redis} from 'ioredis';

const {PORT, REDIS_PORT} = process.env;
const prefix = 'freshet:';

const redis = new Redis({host: '127.0.0.1', port: Number(REDIS_PORT)});
const channels = new Map();
// Events are text already: without this JSON.stringify quotes them.
const asItIs = {serializer: (text) => text};

/** The channel of that name; its `ready` resolves once Redis has confirmed the subscription. */
function channelOf(name) {
  let channel = channels.get(name);
  if (channel) return channel;
  channel = createChannel({state: {ready: redis.subscribe(prefix + name)}});
  channel.on('session-deregistered', () => {
    if (channel.sessionCount > 0) return;
    channels.delete(name);
    redis.unsubscribe(prefix + name).catch(() => {});
  });
  channels.set(name, channel);
  return channel;
}

/** What freshet_publish sends is `RS 1|id|prev|event LF data`; anything else is the data of a plain PUBLISH. */
function parse(message) {
  if (message[0] !== '\x1e') return {data: message};
  const end = message.indexOf('\n');
  const [, id, , event] = message.slice(1, end).split('|');
  return {data: message.slice(end + 1), event, id};
}

// An event is formatted once and handed to every session; broadcast() would format it for each.
redis.on('message', (name, message) => {
  const channel = channels.get(name.slice(prefix.length));
  if (!channel) return;
  const {data, event, id} = parse(message);
  const frame = createEventBuffer(asItIs);
  if (id) frame.id(id);
  if (event) frame.event(event);
  frame.data(data).dispatch();
  for (const session of channel.activeSessions) session.batch(frame);
});

const server = http.createServer(async (request, response) => {
  const {pathname, searchParams} = new URL(request.url, 'http://localhost');
  const names = searchParams.getAll('channel');
  if (pathname !== '/events' || names.length === 0) return void response.writeHead(404).end();
  const wanted = names.map(channelOf);
  await Promise.all(wanted.map((channel) => channel.state.ready));
  const session = await createSession(request, response, asItIs);
  for (const channel of wanted) channel.register(session);
});

// A subscription before ioredis is through with its ready check fails that check.
redis.once('ready', () => server.listen({host: '127.0.0.1', port: Number(PORT), backlog: 65535}));
process.on('SIGTERM', () => process.exit(0));
