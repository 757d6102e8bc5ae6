// What all recipes need of a web application: its files, its own requests, and a way to publish. Plain Node, nothing to install.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const eventsUrl = process.env.EVENTS_URL ?? 'http://127.0.0.1:8080';   // Freshet's public listener
const opsUrl = process.env.OPS_URL ?? 'http://127.0.0.1:9080';         // and the one for operators and backends

const types = {'.html': 'text/html', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml'};
const common = fileURLToPath(new URL('.', import.meta.url));

/**
 * Serves the files of `folder`, and `routes`: 'POST /notes/:id' → async ({params, body, request, reply}) => what is answered
 * as JSON; undefined is 404. Listens on 127.0.0.1, at PORT (3000), and prints where, with what the reader needs to know of it.
 */
export async function startApp(folder, routes = {}, {hint = ''} = {}) {
  const table = Object.entries(routes).map(([route, handler]) => {
    const [method, target] = route.split(' ');
    return {method, handler, pattern: new RegExp(`^${target.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)};
  });
  const server = http.createServer(async (request, reply) => {
    try {
      const {pathname} = new URL(request.url, 'http://localhost');
      if (pathname === '/events') return passOn(request, reply);
      for (const {method, handler, pattern} of table) {
        const match = request.method === method && pathname.match(pattern);
        if (match) {
          const answer = await handler({params: match.groups ?? {}, body: await readJson(request), request, reply});
          reply.writeHead(answer === undefined ? 404 : reply.statusCode, {'Content-Type': 'application/json', 'Cache-Control': 'no-store'});
          return reply.end(JSON.stringify(answer ?? {}));
        }
      }
      sendFile(pathname.startsWith('/common/') ? common : folder, pathname.replace(/^\/common/, ''), reply);
    } catch (error) {
      console.error(error);
      reply.writeHead(500).end();
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(process.env.PORT ?? 3000, '127.0.0.1', resolve));
  console.log(`http://localhost:${server.address().port}${hint}`);
}

/**
 * Publishes an event and returns its id. With a `key` it tries until it is told that Freshet has it: the key makes a second
 * try harmless. A call that is wrong throws.
 */
export async function publish(channel, data, {event, key, live} = {}) {
  const query = new URLSearchParams({channel, ...(event && {event}), ...(key && {key}), ...(live && {live: 1})});
  for (let wait = 50; ; wait = Math.min(2 * wait, 2000)) {
    let reply;
    try {
      reply = await fetch(`${opsUrl}/publish?${query}`, {method: 'POST', body: data, signal: AbortSignal.timeout(5000)});
      if (reply.ok) return (await reply.json()).id;
    } catch (error) {
      if (!key) throw error;
    }
    if (reply && (reply.status < 500 || !key)) throw new Error(`not published: ${reply.status} ${await reply.text()}`);
    await sleep(wait);
  }
}

/** Ends all streams of a user, on every instance of Freshet; each that still may comes back. */
export const disconnect = (user) => fetch(`${opsUrl}/users/${encodeURIComponent(user)}/connections`, {method: 'DELETE'});

/** In production nginx passes streams on (deploy/nginx); here this does, so that one origin serves it all. */
function passOn(request, reply) {
  const upstream = http.request(`${eventsUrl}${request.url}`, {headers: request.headers, agent: false});
  upstream.on('response', (answer) => {
    reply.writeHead(answer.statusCode, answer.headers).flushHeaders();
    answer.on('error', () => reply.destroy()).pipe(reply);
  });
  // An EventSource takes every status but 200 as final: while Freshet is away, it is told to come back.
  upstream.on('error', () => (reply.headersSent
    ? reply.destroy()
    : reply.writeHead(200, {'Content-Type': 'text/event-stream'}).end('retry: 1000\n\n')));
  reply.on('close', () => upstream.destroy());
  upstream.end();
}

async function readJson(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 100_000) throw new Error('a body that is too large');
  }
  return text ? JSON.parse(text) : {};
}

function sendFile(folder, name, reply) {
  const file = path.join(folder, path.normalize(name === '/' ? '/index.html' : name));
  const type = types[path.extname(file)];
  if (!type || !fs.existsSync(file)) return reply.writeHead(404).end();
  return reply.writeHead(200, {'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-cache'}).end(fs.readFileSync(file));
}
