// freshetctl when something is in its way: rights, sockets that are not there, a full disk, and words that are none of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {assertExit, ctl, ctlBinary, fileWith, opsOf, startCtl} from '../support/freshetctl.mjs';
import {FakeServer} from '../support/fake_server.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {run} from '../support/process.mjs';
import {startRedis} from '../support/redis.mjs';
import {keep, secondsFromNow, Signer} from '../support/tokens.mjs';

/** Runs it with standard output at this file. */
const ctlInto = (file, ...args) => run('sh', ['-c', 'file=$1; shift; exec "$@" > "$file"', 'sh', file, ctlBinary(), ...args]);

/** freshetctl for a user who is not root and in no group: (...args) => its result. */
function asNobody(t) {
  if (process.getuid() !== 0) return ctl;
  const folder = temporaryFolder(t);
  fs.chmodSync(folder, 0o755);
  const copy = path.join(folder, 'freshetctl');
  fs.copyFileSync(ctlBinary(), copy);
  fs.chmodSync(copy, 0o755);
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
  return (...args) => run('setpriv', [...nobody, copy, ...args], {cwd: folder});
}

/** A configuration whose sockets are in a folder that everybody may look into. */
function onSockets(t) {
  const folder = temporaryFolder(t);
  fs.chmodSync(folder, 0o755);
  const config = {listen: [`unix:${folder}/{instance}.sock`], ops: {listen: `unix:${folder}/{instance}.ops.sock`}};
  const file = path.join(folder, 'freshet.yaml');
  fs.writeFileSync(file, JSON.stringify(config));
  return {folder, file, ops: `unix:${folder}/1.ops.sock`};
}

const findingsOf = ({stdout}, check) => JSON.parse(stdout).findings.filter((each) => each.check === check);

test('output that cannot be written is told, and 74', async (t) => {
  const daemon = await startFreshetd(t);
  const ops = ['--ops', opsOf(daemon)];
  await daemon.publish('news', 'x');
  const commands = [
    ['publish', 'news', 'x', ...ops], ['publish', 'news', 'other', 'x', ...ops], ['status', '--interval', '0.1', ...ops],
    ['status', '--watch', '--interval', '0.1', ...ops], ['disconnect', '--user', '42', ...ops], ['doctor', ...ops],
    ['watch', 'news', '--last-event-id', 'earliest', ...ops], ['watch', 'news', '--json', ...ops],
    ['--help'], ['--version'], ['help', 'publish'],
  ];
  await Promise.all(commands.map(async (args) => {
    const {stderr} = assertExit(await ctlInto('/dev/full', ...args), 74);
    assert.match(stderr, /^freshetctl: standard output: No space left on device$/m, args.join(' '));
  }));
  const redis = await startRedis(t);
  assertExit(await ctlInto('/dev/full', 'ring', 'show', 'news', '--redis', redis.url), 74);
});

test('a socket that this user may not use: who may', async (t) => {
  const {folder, file, ops} = onSockets(t);
  await startFreshetd(t, {listen: [`unix:${folder}/1.sock`], opsListen: ops, instance: '1'});
  const nobody = asNobody(t);
  fs.chmodSync(`${folder}/1.ops.sock`, 0);
  const why = `${ops}: Permission denied (only root may)`;
  for (const args of [['publish', 'a', 'b'], ['disconnect', '--user', '42'], ['watch', 'a']]) {
    const {stderr} = assertExit(await nobody(...args, '--ops', ops), 69);
    assert.equal(stderr, `freshetctl: ${why}\n`);
  }
  const status = assertExit(await nobody('status', '--interval', '0.1', '--config', file), 69);
  assert.match(status.stdout, /\.sock +no answer: Permission denied \(only root may\)\n/);
  const [ready] = findingsOf(await nobody('doctor', '--config', file, '--json'), 'instance.ready');
  assert.deepEqual([ready.verdict, ready.advice], ['fail', 'run freshetctl as root']);
  assert.match(ready.what, /Permission denied \(only root may\)$/);

  fs.chmodSync(folder, 0);
  const closed = await nobody('publish', 'a', 'b', '--ops', ops).finally(() => fs.chmodSync(folder, 0o755));
  assert.match(assertExit(closed, 69).stderr, /Permission denied \(a folder on the way is closed to this user\)\n$/);
});

test('a configuration file that this user may not read: who may, and how to be one of them', async (t) => {
  const {folder, file} = onSockets(t);
  const nobody = asNobody(t);
  fs.chmodSync(file, 0o040);
  const group = (await run('stat', ['-c', '%G', file])).stdout.trim();
  const mayRead = group === 'root' ? 'only root may' : `only root and the group ${group} may`;
  const {stderr} = assertExit(await nobody('publish', 'a', 'b', '--config', file), 78);
  assert.equal(stderr, `freshetctl: ${folder}/freshet.yaml: Permission denied (${mayRead})\n`);
  const [found] = findingsOf(await nobody('doctor', '--config', file, '--json'), 'config.file');
  assert.equal(found.verdict, 'fail');
  assert.match(found.advice, group === 'root' ? /^run freshetctl as root$/ : new RegExp(`usermod -aG ${group} NAME`));
});

test('where no instance runs, nothing fits the pattern', async (t) => {
  const {folder, file, ops} = onSockets(t);
  const pattern = `unix:${folder}/{instance}.ops.sock`;
  const why = 'nothing fits this pattern: systemctl enable --now freshet@1 starts an instance';
  for (const args of [['publish', 'a', 'b'], ['disconnect', '--user', '42'], ['watch', 'a']]) {
    const {stderr} = assertExit(await ctl(...args, '--config', file), 69);
    assert.equal(stderr, `freshetctl: ${pattern}: ${why}\n`);
  }
  const status = assertExit(await ctl('status', '--interval', '0.1', '--config', file), 69);
  assert.ok(status.stdout.endsWith(`${pattern}  no answer: ${why}\n`), status.stdout);
  const doctor = await ctl('doctor', '--config', file, '--json');
  const [ready] = findingsOf(doctor, 'instance.ready');
  assert.deepEqual([ready.verdict, ready.advice], ['fail', 'systemctl enable --now freshet@1 starts an instance']);
  assert.match(ready.what, /nothing fits this pattern$/);
  const [descriptors] = findingsOf(doctor, 'system.descriptors');
  assert.equal(descriptors.verdict, 'skip', 'the limit of this shell is not that of the unit');
  assert.match(descriptors.what, /no running daemon/);

  const named = assertExit(await ctl('publish', 'a', 'b', '--ops', ops), 69);
  assert.equal(named.stderr, `freshetctl: ${ops}: No such file or directory\n`);
});

test('an address where nobody listens is named once, with where it comes from', async (t) => {
  const port = await freePort();
  const {stderr} = assertExit(await ctl('publish', 'a', 'b', '--ops', `127.0.0.1:${port}`), 69);
  assert.equal(stderr, `freshetctl: 127.0.0.1:${port}: Connection refused\n`);
  const watch = assertExit(await ctl('watch', 'a', '--url', `http://127.0.0.1:${port}`), 69);
  assert.equal(watch.stderr, `freshetctl: http://127.0.0.1:${port}: Connection refused\n`);
  const proxied = await run(ctlBinary(), ['watch', 'a', '--url', 'http://events.example'], {env: {http_proxy: `http://127.0.0.1:${port}`}});
  assert.match(assertExit(proxied, 69).stderr, new RegExp(`127\\.0\\.0\\.1 port ${port}`), 'the proxy is named, too');
});

test('https:// to a plain port', async (t) => {
  const daemon = await startFreshetd(t);
  const url = daemon.urls.public[0].replace('http:', 'https:');
  const {stderr} = await ctl('watch', 'a', '--url', url);
  assert.match(stderr, /wrong version number \(a plain port\? http:\/\/\)\n$/);
});

test('ring show without Redis refuses, and looks nowhere else', async (t) => {
  const file = fileWith(t, JSON.stringify({backplane: {type: 'memory'}}), 'freshet.yaml');
  const {stderr} = assertExit(await ctl('ring', 'show', 'news', '--config', file), 69);
  assert.match(stderr, /freshet\.yaml: backplane\.type is memory, .*; --redis URL names a Redis\n$/);
  const none = await run(ctlBinary(), ['ring', 'show', 'news'], {env: {FRESHET_BACKPLANE_TYPE: 'memory'}});
  assert.match(assertExit(none, 69).stderr, /backplane\.type is memory, .*; --redis URL names a Redis\n$/);
});

test('commands that are none', async () => {
  const words = [
    [['publsh', 'news', 'hi'], 'no command publsh (did you mean publish?)'],
    [['ring', 'shw', 'news'], 'no command ring shw (did you mean ring show?)'],
    [['help', 'pubish'], 'no command pubish (did you mean publish?)'],
    [['help', 'ring', 'sow'], 'no command ring sow (did you mean ring show?)'],
    [['zebra'], 'no command zebra'],
    [['\x1b[2J'], 'no command \\x1b[2J'],
  ];
  for (const [args, what] of words) {
    const {stderr, stdout} = assertExit(await ctl(...args), 64);
    assert.equal(stderr.split('\n')[0], `freshetctl: ${what}`);
    assert.equal(stdout, '');
  }
});

test('help and version of a command', async () => {
  for (const words of [[], ['publish'], ['status'], ['ring'], ['ring', 'show']]) {
    assert.equal(assertExit(await ctl('help', ...words), 0).stdout, assertExit(await ctl(...words, '--help'), 0).stdout);
  }
  assert.equal(assertExit(await ctl('help', '--help'), 0).stdout, assertExit(await ctl('--help'), 0).stdout);
  const {stdout} = assertExit(await ctl('--version'), 0);
  for (const words of [['publish'], ['ring', 'show'], ['doctor']]) {
    assert.equal(assertExit(await ctl(...words, '--version'), 0).stdout, stdout);
  }
});

test('watch stays with the operations listener while that is away', async (t) => {
  const ops = `127.0.0.1:${await freePort()}`;
  const options = {opsListen: ops, config: {streams: {retry: '50ms'}}};
  const daemon = await startFreshetd(t, options);
  const asked = [];
  const stranger = await FakeServer.start((socket) => socket.once('data', (bytes) => {
    asked.push(String(bytes));
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  }));
  t.after(() => stranger.stop());
  const file = fileWith(t, JSON.stringify({listen: [`127.0.0.1:${stranger.port}`], ops: {listen: ops}}), 'freshet.yaml');
  const watch = startCtl(t, 'watch', 'news', '--config', file, '--count', '1');
  await watch.output(/stream-cursor/);
  await daemon.kill9();
  await watch.output(/(\* lost: [^]*){3}/);
  await daemon.startAgain();
  await watch.output(/(\* stream-\w+ [^]*){2}/);
  await daemon.publish('news', 'after the restart');
  assert.deepEqual(await watch.exit(), {code: 0, signal: null});
  assert.match(watch.stdout, /after the restart/);
  assert.deepEqual(asked, [], 'the public listener has not been asked');
});

test('@me, and a name that cannot be, in words that say what to do', async (t) => {
  const signer = new Signer('HS256');
  const folder = temporaryFolder(t);
  const jwt = {secret_file: keep(folder, 'secret', String(signer.privateKey))};
  const daemon = await startFreshetd(t, {dev: false, config: {auth: {jwt, expired: 'reject'}}});
  const own = assertExit(await ctl('watch', '@me', '--ops', opsOf(daemon)), 1);
  assert.match(own.stderr, /400 Bad Request: @me is a token's user, and there is none here: name the channel/);
  const bad = assertExit(await ctl('watch', 'news flash', '--ops', opsOf(daemon)), 1);
  assert.match(bad.stderr, /channel 'news flash': byte 0x20 at position 5 is not allowed \(allowed: A-Z/);
  const token = fileWith(t, await signer.sign({iat: secondsFromNow(-700), exp: secondsFromNow(-600)}));
  const url = daemon.urls.public[0];
  const expired = assertExit(await ctl('watch', 'news', '--url', url, '--token-file', token), 1);
  assert.equal(expired.stderr, `freshetctl: ${url}: 401 Unauthorized: the token has expired\n`);
});
