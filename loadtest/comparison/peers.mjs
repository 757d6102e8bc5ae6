// Who is compared. Each peer is a folder in loadtest/peers with a start script, which runs the server in the foreground
// and takes PORT, REDIS_PORT, FOLDER (for its files) and BUILD (where our own binaries are) from the environment.
import {fileURLToPath} from 'node:url';

import {freePort} from '../../tests/support/ports.mjs';
import {startPinned} from './programs.mjs';
import {serving} from './serving.mjs';

/**
 * - start: the script;  env: what else it gets
 * - hears: `redis` when it subscribes to Redis as freshetd does, `http` when it is published to by POST at `publish`
 * - oneChannel: a stream has one channel, which stays subscribed once a client has asked for it
 * - replays: a client that was away gets what it missed. Only then is a loss a fault.
 */
export const peers = {
  freshetd: {title: 'freshetd', start: 'freshetd/start', hears: 'redis', replays: true},
  limit: {title: 'limit', start: 'limit/start', hears: 'redis', oneChannel: true, replays: false},
  'limit-coalescing': {
    title: 'limit-coalescing', start: 'limit/start', env: {COALESCING: '1'}, hears: 'redis', oneChannel: true, replays: false,
  },
  node: {title: 'Node.js (better-sse)', start: 'node/start', hears: 'redis', replays: false},
  nchan: {title: 'nchan, memory', start: 'nchan/start', hears: 'http', replays: true},
  'nchan-redis': {title: 'nchan, Redis', start: 'nchan/start', env: {STORAGE: 'redis'}, hears: 'http', replays: true},
};

const script = (peer) => fileURLToPath(new URL(`../peers/${peer.start}`, import.meta.url));

/** Starts one process of the peer on the core, and waits until it serves: {pid, port, program, stop}. */
export async function startServer(peer, {core, redisPort, folder, build}) {
  const port = await freePort();
  const program = startPinned(core, script(peer), [], {
    env: {...peer.env, PORT: String(port), REDIS_PORT: String(redisPort), FOLDER: folder, BUILD: build},
  });
  await serving(port, program);
  return {pid: program.pid, port, program, stop: () => program.running && program.kill9()};
}
