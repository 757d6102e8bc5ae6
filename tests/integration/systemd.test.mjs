// Socket activation, as systemd does it: listening descriptors from 3 on, described by LISTEN_….
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';

import {binary} from '../support/freshetd.mjs';
import {request} from '../support/http.mjs';
import {Program} from '../support/process.mjs';

/**
 * Starts freshetd with these listening servers as passed sockets; LISTEN_PID must be its own. They are closed here, so that
 * only freshetd accepts.
 */
function startActivated(t, servers, names, args = []) {
  const program = new Program('sh', ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', binary(), '--memory', ...args], {
    env: {LISTEN_FDS: String(servers.length), LISTEN_FDNAMES: names.join(':')},
    descriptors: servers.map((server) => server._handle.fd),
  });
  for (const server of servers) server.close();
  t.after(async () => {
    if (!program.running) return;
    program.signal('SIGTERM');
    assert.deepEqual(await program.exit(), {code: 0, signal: null}, program.describe());
  });
  return program;
}

async function listening(t, host = '127.0.0.1') {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, host, resolve));
  return server;
}

const urlOf = (server) => `http://127.0.0.1:${server.address().port}`;

test('passed sockets are used instead of the configured ones, by their names', async (t) => {
  const [first, ops, unnamed] = [await listening(t), await listening(t), await listening(t)];
  const [firstUrl, opsUrl, unnamedUrl] = [first, ops, unnamed].map(urlOf);
  const program = startActivated(t, [first, ops, unnamed], ['public', 'ops', 'unknown'], ['--dev', '--listen', '127.0.0.1:1']);
  await program.output(/(?:listening on \S+ \((?:public|ops)\)[^]*?){3}/);
  assert.equal((await request(opsUrl, '/livez')).status, 200);
  for (const url of [firstUrl, unnamedUrl]) assert.equal((await request(url, '/nothing')).status, 404);
  assert.equal((await request(firstUrl, '/livez')).status, 404, 'the public listener knows nothing of health');
});

test('only the public one passed: the operations listener is the configured one', async (t) => {
  const program = startActivated(t, [await listening(t)], ['public'], ['--dev', '--ops-listen', '127.0.0.1:0']);
  const [, url] = await program.output(/listening on (\S+) \(ops\)/);
  assert.equal((await request(url, '/livez')).status, 200);
});

test('--dev with a passed socket that is not on loopback: 64', async (t) => {
  const program = startActivated(t, [await listening(t, '0.0.0.0')], ['public'], ['--dev', '--ops-listen', '127.0.0.1:0']);
  assert.equal((await program.exit()).code, 64, program.describe());
  assert.match(program.stderr, /--dev needs every listener on loopback/);
});
