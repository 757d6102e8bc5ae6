// Runs sseload against a peer's processes and hands back its report.
import fs from 'node:fs';
import path from 'node:path';

import {endOf, startPinned} from './programs.mjs';

// It ends with 1 when it has found faults: that is a report, too.
const reporting = [0, 1];

const streams = (servers, more = '') => (
  servers.flatMap(({port}) => ['--url', `http://127.0.0.1:${port}/events?channel={channel}${more}`])
);

/**
 * What has to run before a point: the lists of arguments with which clients of a peer that has one channel to a stream
 * come and go, so that it is subscribed to the quiet channels, too.
 */
export function preludesOf(point, peer, servers) {
  if (!peer.oneChannel) return [];
  return Array.from({length: point.quietChannels ?? 0}, (_, n) => [
    'idle', ...streams(servers), '--connections', String(point.options.connections), '--channel', `quiet:{n}:${n}`,
    '--duration', '0', '--settle', '0', '--quiet',
  ]);
}

/** The arguments of sseload for one point of a work, against these servers. */
export function clientArguments(point, peer, servers, redisPort) {
  const quiet = Array.from({length: peer.oneChannel ? 0 : point.quietChannels ?? 0}, (_, n) => `&channel=quiet:{i}:${n}`);
  const {publish = 'fcall', ...options} = point.options;
  return [
    point.mode,
    ...streams(servers, quiet.join('')),
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--redis', `127.0.0.1:${redisPort}`,
    ...(peer.hears === 'http'
      ? ['--publish', 'post', '--publish-url', `http://127.0.0.1:${servers[0].port}/publish?channel={channel}`]
      : ['--publish', publish]),
    ...(peer.replays ? [] : ['--no-resume']),
    '--pid', servers.map(({pid}) => pid).join(','),
    '--quiet',
  ];
}

/** Its report; an Error with what it said when it could not measure. Ends it after `ms`. */
export async function runClient({binary, core, folder, args, ms}) {
  const file = path.join(folder, 'report.json');
  const program = startPinned(core, binary, [...args, '--json', file]);
  try {
    const {code} = await program.exit({ms});
    if (!reporting.includes(code)) throw new Error(endOf(program));
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } finally {
    if (program.running) await program.kill9();
  }
}
