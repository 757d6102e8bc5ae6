// Waiting until somebody serves on a port.
import http from 'node:http';

import {until} from '../../tests/support/wait.mjs';
import {endOf} from './programs.mjs';

/** The status of the answer to a GET on the port, as its head arrives; undefined without one. */
const statusOf = (port, path) => new Promise((resolve) => {
  const headers = {accept: 'text/event-stream'};
  const request = http.get({host: '127.0.0.1', port, path, headers, agent: false}, (response) => {
    resolve(response.statusCode);
    request.destroy();
  });
  request.on('error', () => resolve(undefined));
});

/** Waits until the program answers streams on the port with 200. Fails at once when it ends; kills it when it takes too long. */
export async function serving(port, program) {
  const path = '/events?channel=ready';
  try {
    await until(async () => {
      if (!program.running) throw new Error(endOf(program));
      return await statusOf(port, path) === 200;
    }, `${program.name} to serve ${path}`, {ms: 15_000, every: 50});
  } catch (error) {
    if (program.running) await program.kill9();
    throw error;
  }
}
