// Ctrl-C ends every command of freshetctl at once, also while Redis, or whoever else it waits for, hangs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {FakeServer} from '../support/fake_server.mjs';
import {ctlBinary, opsOf, startCtl} from '../support/freshetctl.mjs';
import {Program} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

/** "At once", also on a busy machine. Everything that freshetctl waits for is given 3 s or more. */
const atOnceMs = 2900;

const killed = (signal) => ({code: null, signal});
const well = () => ({code: 0, signal: null});

/** What a descriptor of a process is, or nothing: it may be closed meanwhile. */
function targetOf(descriptor) {
  try {
    return fs.readlinkSync(descriptor);
  } catch {
    return undefined;
  }
}

/** Waits until the program has an open connection to this port of loopback. */
async function connected(program, port) {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  await until(() => {
    assert.ok(program.running, program.describe());
    const rows = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/ +/));
    const established = rows.filter(([, , remote, state]) => remote === to && state === '01');
    const sockets = established.map((columns) => `socket:[${columns[9]}]`);
    const folder = `/proc/${program.pid}/fd`;
    return fs.readdirSync(folder).some((descriptor) => sockets.includes(targetOf(`${folder}/${descriptor}`)));
  }, `${program.name} to be connected to port ${port}`);
}

/** Starts it, waits for `hangs(program)`, and sends it a signal: that must be its end, as `end` says. */
function endsAtSignals(t, name, args, hangs, end) {
  return Promise.all(['SIGINT', 'SIGTERM'].map((signal) => t.test(`${name} ends at ${signal}`, async (t2) => {
    const program = startCtl(t2, ...args);
    await hangs(program);
    program.signal(signal);
    assert.deepEqual(await program.exit({ms: atOnceMs}), end(signal));
  })));
}

test('while Redis hangs', async (t) => {
  const {redis, daemon} = await startBoth(t);
  redis.program.signal('SIGSTOP');
  const status = ['status', opsOf(daemon), '--interval', '0.1', '--redis', redis.url];
  const atRedis = (program) => connected(program, redis.port);
  await Promise.all([
    endsAtSignals(t, 'status', status, atRedis, killed),
    endsAtSignals(t, 'status --watch', [...status, '--watch'], atRedis, well),
    endsAtSignals(t, 'ring show', ['ring', 'show', 'news', '--redis', redis.url], atRedis, killed),
    endsAtSignals(t, 'doctor', ['doctor', '--ops', opsOf(daemon), '--redis', redis.url], atRedis, killed),
    endsAtSignals(t, 'watch', ['watch', 'news', '--ops', opsOf(daemon)], (program) => connected(program, daemon.opsPort), well),
  ]);
});

test('while an instance hangs', async (t) => {
  const server = await FakeServer.start(() => {});
  t.after(() => server.stop());
  const ops = `127.0.0.1:${server.port}`;
  const atInstance = (program) => connected(program, server.port);
  await Promise.all([
    endsAtSignals(t, 'publish', ['publish', 'news', 'x', '--ops', ops], atInstance, killed),
    endsAtSignals(t, 'disconnect', ['disconnect', '--user', '42', '--ops', ops], atInstance, killed),
    endsAtSignals(t, 'status', ['status', ops], atInstance, killed),
    endsAtSignals(t, 'status --watch', ['status', ops, '--watch'], atInstance, well),
    endsAtSignals(t, 'watch', ['watch', 'news', '--ops', ops], atInstance, well),
  ]);
});

test('Ctrl-C leaves the terminal as it was', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const command = `${ctlBinary()} status ${opsOf(daemon)} --watch --interval 0.1 --redis ${redis.url}`;
  const terminal = new Program('script', ['-qec', `trap : INT; stty -g; ${command}; echo "code $?"; stty -g`, '/dev/null'],
    {stdin: 'pipe', env: {TERM: 'xterm'}});
  t.after(() => terminal.running && terminal.kill9());
  await terminal.output(/ready/, {where: 'stdout'});
  redis.program.signal('SIGSTOP');
  terminal.child.stdin.write('\x03');
  const [, before, screen, after] = await terminal.output(/^([\da-f:]+)\r\n([^]*)code 0\r\n([\da-f:]+)\r\n$/, {where: 'stdout'});
  assert.equal(after, before);
  assert.equal(screen.match(/\x1b\[\d+m/g).at(-1), '\x1b[0m', 'no colour is left on');
  assert.doesNotMatch(screen, /\x1b\[\?/, 'no mode of the terminal is changed');
});
