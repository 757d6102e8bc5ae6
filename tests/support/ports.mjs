// Ports for the programs of a test, free from the moment that they are asked for until the test process ends, also while
// nobody listens on them: a server may be away for a while, and come back where it was.
//
// They lie below those that the kernel gives to whoever asks for any, and are cut into blocks. Who listens on the first port
// of a block has the others; the kernel takes that back with the process.
import net from 'node:net';

const lowest = 12_000;
const blockSize = 64;
const blocks = Math.floor((32_768 - lowest) / blockSize);

/** A server on this port of loopback, or undefined when it is taken. */
function listenOn(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', (error) => (['EADDRINUSE', 'EACCES'].includes(error.code) ? resolve(undefined) : reject(error)))
      .listen({port, host: '127.0.0.1', exclusive: true}, () => resolve(server));
  });
}

async function isFree(port) {
  const server = await listenOn(port);
  if (server) await new Promise((resolve) => server.close(resolve));
  return server !== undefined;
}

let left = [];

/** Takes a block that no other process has. */
async function takeBlock() {
  const first = Math.floor(Math.random() * blocks);
  for (let count = 0; count < blocks; count += 1) {
    const gate = lowest + ((first + count) % blocks) * blockSize;
    const server = await listenOn(gate);
    if (!server) continue;
    server.unref();
    return Array.from({length: blockSize - 1}, (_, index) => gate + 1 + index);
  }
  throw new Error('no ports are left for tests');
}

async function nextPort() {
  for (;;) {
    if (left.length === 0) left = await takeBlock();
    const port = left.shift();
    if (await isFree(port)) return port;
  }
}

let turn = Promise.resolve();

/** A port that nobody listens on, of no other test. */
export function freePort() {
  turn = turn.then(nextPort, nextPort);
  return turn;
}
