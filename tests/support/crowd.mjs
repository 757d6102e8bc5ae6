// A program: many clients of one channel over HTTPS, and its only publisher, until SIGTERM. Then it waits for the last event
// to have come to everyone, judges what each was told, and prints the verdict as JSON. It is run on another machine's network.
//
//   node crowd.mjs '{"url":"https://events.example.com","port":443,"clients":1000,"channel":"news","perSecond":5}'
import https from 'node:https';

import {Redis} from 'ioredis';

import {Follower} from './follower.mjs';
import {Published} from './oracle.mjs';
import {publishTo} from './publishing.mjs';
import {defer, sleep} from './wait.mjs';

const {url, port, clients, channel, perSecond} = JSON.parse(process.argv[2]);
const redis = new Redis({port: 6379, host: '127.0.0.1'});
const statuses = {};
// Answers of a proxy that has no instance to ask.
let sentAway = 0;
let slowestAnswerMs = 0;

function client(index) {
  const follower = new Follower({
    name: `client ${index}`,
    query: `channel=${channel}`,
    target: () => {
      const begun = performance.now();
      // There is a stream as soon as this has returned.
      queueMicrotask(() => follower.stream.request.once('response', () => {
        slowestAnswerMs = Math.max(slowestAnswerMs, performance.now() - begun);
      }));
      return url;
    },
    // As an EventSource: it waits as long as it was last told.
    pause: () => {
      const {status, retries, error} = follower.stream;
      const outcome = status ?? error?.code ?? 'nothing';
      statuses[outcome] = (statuses[outcome] ?? 0) + 1;
      if (!follower.stream.lastEventId) sentAway += 1;
      return retries.at(-1) ?? 3000;
    },
    options: {
      transport: https,
      // Of ten clients to an address, as nginx counts them by address.
      connect: {host: '127.0.0.1', port, localAddress: `127.0.1.${1 + Math.floor(index / 10)}`, servername: new URL(url).hostname,
        rejectUnauthorized: false},
      headers: {Host: new URL(url).host},
    },
  });
  return follower;
}

const stop = defer();
process.once('SIGTERM', stop.resolve);
const crowd = Array.from({length: clients}, (_, index) => client(index));
await Promise.all(crowd.map((follower) => follower.opened({ms: 120_000})));
slowestAnswerMs = 0;   // from here on it is that of those who come back
console.log('open');

const published = new Published();
let stopped = false;
stop.promise.then(() => {
  stopped = true;
});
while (!stopped) {
  const data = `event ${published.count}`;
  published.add(channel, await publishTo(redis, channel, data), data);
  await sleep(1000 / perSecond);
}
published.seal();
const verdict = {clients, events: published.count, resets: 0, resumes: 0, perConnection: statuses};
for (const follower of crowd) {
  await follower.waitFor(() => follower.lastEventId === published.lastId, 'the last event', {ms: 120_000});
  const {resets, completes} = published.judge(follower.name, follower.entries);
  verdict.resets += resets;
  verdict.resumes += completes;
}
Object.assign(verdict, {sentAway, slowestAnswerMs: Math.round(slowestAnswerMs)});
console.log(JSON.stringify(verdict));
process.exit(0);
