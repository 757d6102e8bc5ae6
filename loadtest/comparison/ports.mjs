// Ports that nobody listens on, and waiting until somebody serves there.
import http from 'node:http';
import net from 'node:net';

import {until} from '../../tests/support/wait.mjs';
import {endOf} from './programs.mjs';

/** A port that the kernel says is free, outside the range from which connections get theirs. */
export async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = net.createServer();
    const bound = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!bound) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** The status of the answer to a GET on the port, as its head arrives; undefined without one. */
const statusOf = (port, path) => new Promise((resolve) => {
  const headers = {accept: 'text/event-stream'};
  const request = http.get({host: '127.0.0.1', port, path, headers, agent: false}, (response) => {
    resolve(response.statusCode);
    request.destroy();
  });
  request.on('error', () => resolve(undefined));
});

/** Waits until the program answers streams with 200; fails at once when it ends. */
export function serving(port, path, program) {
  return until(async () => {
    if (!program.running) throw new Error(endOf(program));
    return await statusOf(port, path) === 200;
  }, `${program.name} to serve ${path}`, {ms: 15_000, every: 50});
}
