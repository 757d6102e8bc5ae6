// freshetctl: publish, watch, disconnect and ring show, against a daemon and Redis; and what it says to wrong arguments.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {assertExit, ctl, ctlBinary, ctlWithInput, fileWith, jsonLines, opsOf, startCtl} from '../support/freshetctl.mjs';
import {FakeServer} from '../support/fake_server.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {freePort} from '../support/ports.mjs';
import {Program, run} from '../support/process.mjs';
import {isMessage} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

const someId = /^\d{16}\n$/;

test('wrong arguments are 64, with what is wrong', async () => {
  const refusals = [
    [[], /A command is required/],
    [['bogus'], /bogus/],
    [['ring'], /ring show is required/],
    [['publish'], /CHANNEL/],
    [['watch'], /CHANNEL is required/],
    [['watch', 'a', '--ops', 'x:1', '--url', 'http://x'], /excludes/],
    [['watch', 'a', '--ops', 'x:1', '--token-file', 'token.txt'], /excludes/],
    [['watch', 'a', '--header', 'Cookie: a=b', '--ops', 'x:1'], /excludes/],
    [['watch', 'a', '--key-file', 'key.txt', '--url', 'http://x'], /excludes/],
    [['watch', 'a', '--header', 'no colon'], /NAME: VALUE/],
    [['watch', 'a', '--url', 'ftp://x'], /ftp:\/\/x/],
    [['watch', 'a', '--url', ''], /--url: is empty/],
    [['watch', 'a', '--count', '-1'], /--count: '-1' is no number from 0 on/],
    [['watch', 'a', '--count', '1x'], /--count: '1x' is no number from 0 on/],
    [['ring', 'show', 'a', '--limit', '-1'], /--limit: '-1' is no number from 0 on/],
    [['publish', 'a', 'b', '--key-file', ''], /--key-file: is empty/],
    [['publish', 'a', 'b', '--ops', 'nowhere'], /'nowhere' is none of HOST:PORT/],
    [['publish', 'a', 'b', '--ops', 'unix:relative'], /no absolute path/],
    [['publish', 'a', 'b', '--key-file', '/nonexistent'], /\/nonexistent: no such file/i],
    [['disconnect'], /--user or --channel/],
    [['disconnect', '--user', 'a', '--channel', 'b'], /excludes/],
    [['disconnect', '--channel', 'b', '--for', '10m'], /--for requires --user/],
    [['status', '--interval', '0'], /interval/],
    [['ring', 'show', 'bad name'], /bad name/],
    [['doctor', '--admin-user', 'x'], /--admin-password-file/],
  ];
  for (const [args, pattern] of refusals) {
    const result = assertExit(await ctl(...args), 64);
    assert.match(result.stderr, pattern, `freshetctl ${args.join(' ')}`);
    assert.equal(result.stdout, '');
  }
});

test('help has examples, the version is the project\'s', async () => {
  for (const command of [['publish'], ['watch'], ['status'], ['disconnect'], ['ring', 'show'], ['doctor']]) {
    const {stdout} = assertExit(await ctl(...command, '--help'), 0);
    assert.match(stdout, new RegExp(`\n {2}freshetctl ${command.join(' ')}`));
  }
  assert.match(assertExit(await ctl('--version'), 0).stdout, /^freshetctl \d+\.\d+\.\d+\n$/);
});

test('what cannot be reached is 69, and named', async (t) => {
  const nobody = `127.0.0.1:${await freePort()}`;
  for (const args of [['publish', 'a', 'b'], ['disconnect', '--user', '42'], ['watch', 'a']]) {
    const {stderr} = assertExit(await ctl(...args, '--ops', nobody), 69);
    assert.ok(stderr.includes(nobody), stderr);
  }
  const socket = `unix:${temporaryFolder(t)}/none.sock`;
  assert.match(assertExit(await ctl('publish', 'a', 'b', '--ops', socket), 69).stderr, /none\.sock: No such file or directory\n$/);
  const redis = assertExit(await ctl('ring', 'show', 'a', '--redis', `redis://${nobody}`), 69);
  assert.match(redis.stderr, /redis 127\.0\.0\.1:\d+: connect .*refused/);
});

test('a named configuration file that is wrong is 78', async (t) => {
  const file = fileWith(t, 'bakplane: {}\n', 'freshet.yaml');
  for (const args of [['publish', 'a', 'b'], ['ring', 'show', 'a'], ['status']]) {
    assert.match(assertExit(await ctl(...args, '--config', file), 78).stderr, /bakplane/);
  }
  assertExit(await ctl('status', '--config', '/nonexistent.yaml'), 78);
});

test('a configuration that nobody named and that is wrong is told, and done without', async (t) => {
  const env = {FRESHET_BOGUS: '1'};
  const {stderr} = await run(ctlBinary(), ['publish', 'bad name', 'x'], {env});
  assert.match(stderr, /FRESHET_BOGUS.*: the usual addresses are tried\n/);
  const daemon = await startFreshetd(t);
  const named = await run(ctlBinary(), ['publish', 'news', 'x', '--ops', opsOf(daemon)], {env});
  assert.equal(assertExit(named, 0).stderr, '');
});

test('publish', async (t) => {
  const {redis, daemon} = await startBoth(t);
  const stream = await daemon.stream('channel=a&channel=b');
  await stream.opening();
  const publish = (...args) => ctl('publish', ...args, '--ops', opsOf(daemon));
  let taken = 0;
  const next = async (count) => {
    taken += count;
    return (await stream.collect(taken)).slice(-count);
  };

  await t.test('prints the id of a named event', async () => {
    const {stdout} = assertExit(await publish('a', 'one', '--event', 'progress'), 0);
    assert.match(stdout, someId);
    const [event] = await next(1);
    assert.deepEqual([event.id, event.event, event.data], [stdout.trim(), 'progress', 'one']);
  });
  await t.test('takes the data from standard input, byte for byte but for the last newline', async () => {
    for (const args of [['a'], ['a', '-']]) {
      const data = '{"lines": 1}\n\n ünï\t';
      assertExit(await ctlWithInput(t, `${data}\n`, 'publish', ...args, '--ops', opsOf(daemon)), 0);
      const [event] = await next(1);
      assert.equal(event.bytes.toString(), data);
    }
  });
  await t.test('takes data larger than a pipe', async () => {
    const data = crypto.randomBytes(100_000).toString('hex');
    assertExit(await ctlWithInput(t, data, 'publish', 'a', '--ops', opsOf(daemon)), 0);
    const [event] = await next(1);
    assert.ok(event.data === data, `${event.data.length} of ${data.length} bytes`);
  });
  await t.test('takes data that begins with a dash', async () => {
    assertExit(await ctl('publish', '--ops', opsOf(daemon), '--', 'a', '--data'), 0);
    const [event] = await next(1);
    assert.equal(event.data, '--data');
  });
  await t.test('publishes to several channels', async () => {
    const {stdout} = assertExit(await publish('a', 'b', 'both'), 0);
    assert.match(stdout, /^a \d{16}\nb \d{16}\n$/);
    assert.deepEqual((await next(2)).map(({data}) => data), ['both', 'both']);
    const json = JSON.parse(assertExit(await publish('a', 'b', 'again', '--json'), 0).stdout);
    assert.deepEqual(Object.keys(json.ids), ['a', 'b']);
    await next(2);
  });
  await t.test('publishes once with one key', async () => {
    const first = assertExit(await publish('a', 'x', '--key', 'order 981'), 0);
    const second = assertExit(await publish('a', 'x', '--key', 'order 981'), 0);
    assert.equal(first.stdout, second.stdout);
    await next(1);
  });
  await t.test('publishes live', async () => {
    assert.equal(assertExit(await publish('a', 'now', '--live'), 0).stdout, '');
    const [event] = await next(1);
    assert.deepEqual([event.id, event.data], [undefined, 'now']);
  });
  await t.test('says why the server refuses', async () => {
    assert.match(assertExit(await publish('bad name', 'x'), 1).stderr, /400 Bad Request: channel 'bad name'/);
    assert.match(assertExit(await publish('a', 'x', '--event', 'stream-x'), 1).stderr, /broker's own/);
    const some = assertExit(await publish('a', 'bad name', 'x'), 1);
    assert.match(some.stdout, /^a \d{16}\n$/);
    assert.match(some.stderr, /bad name: not published/);
  });
  await t.test('tries the next listener when one cannot be reached', async () => {
    assertExit(await publish('a', 'x', '--ops', `127.0.0.1:${await freePort()}`), 0);
    assertExit(await ctl('publish', 'a', 'x', '--ops', `127.0.0.1:${await freePort()}`, '--ops', opsOf(daemon)), 0);
  });
  await t.test('says so when Redis is away', async () => {
    await redis.kill9();
    await daemon.notReady();
    assert.match(assertExit(await publish('a', 'x'), 69).stderr, /503 Service Unavailable/);
    const two = assertExit(await publish('a', 'b', 'x'), 69);
    assert.match(two.stderr, /a: not published: .*\n.*b: not published: /);
    const disconnect = await ctl('disconnect', '--user', '42', '--ops', opsOf(daemon));
    assert.match(assertExit(disconnect, 69).stderr, /not disconnected: 503 Service Unavailable/);
  });
});

test('a publish key is sent from its file', async (t) => {
  const key = crypto.randomBytes(32).toString('hex');
  const hash = crypto.createHash('sha256').update(key).digest('hex');
  const keys = fileWith(t, `backend sha256:${hash} news:*\n`);
  const daemon = await startFreshetd(t, {config: {ops: {publish_keys_file: keys}}});
  const keyFile = fileWith(t, `${key}\n`);
  assert.match(assertExit(await ctl('publish', 'news:1', 'x', '--ops', opsOf(daemon)), 1).stderr, /401 Unauthorized/);
  assertExit(await ctl('publish', 'news:1', 'x', '--ops', opsOf(daemon), '--key-file', keyFile), 0);
  const other = await ctl('publish', 'other', 'x', '--ops', opsOf(daemon), '--key-file', keyFile);
  assert.match(assertExit(other, 1).stderr, /403 Forbidden: the key may not publish to other/);
  const two = fileWith(t, `${key}\n${key}\n`);
  assert.match(assertExit(await ctl('publish', 'a', 'x', '--key-file', two), 64).stderr, /one line/);
});

test('disconnect', async (t) => {
  const {daemon} = await startBoth(t);
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  const disconnect = (...args) => ctl('disconnect', ...args, '--ops', opsOf(daemon));
  assert.equal(assertExit(await disconnect('--channel', 'news'), 0).stdout, 'told 1 instance\n');
  await stream.end();
  assert.equal(assertExit(await disconnect('--user', 'a/b c', '--for', '10m'), 0).stdout, 'told 1 instance\n');
  const {stdout} = assertExit(await disconnect('--user', '42', '--json'), 0);
  assert.deepEqual(JSON.parse(stdout), {status: 'sent', instances: 1});
  assert.match(assertExit(await disconnect('--user', '42', '--for', 'ever'), 1).stderr, /not disconnected: 400/);
});

/** A server that gives every request this answer. */
async function answering(t, status, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  const server = await FakeServer.start((socket) => socket.once('data', () => socket.end(answer)));
  t.after(() => server.stop());
  return `127.0.0.1:${server.port}`;
}

test('what may have been published is not told as not published', async (t) => {
  const unknown = await answering(t, '504 Gateway Timeout', {ids: {}, errors: {a: 'nobody knows', b: 'nobody knows'}});
  assert.equal(assertExit(await ctl('publish', 'a', 'b', 'x', '--ops', unknown), 69).stderr,
    'freshetctl: a: nobody knows\nfreshetctl: b: nobody knows\n');
  const one = await answering(t, '504 Gateway Timeout', {title: 'Gateway Timeout', status: 504, detail: 'nobody knows'});
  assert.match(assertExit(await ctl('publish', 'a', 'x', '--ops', one), 69).stderr, /^freshetctl: 504 Gateway Timeout/);
});

test('what another server than freshetd answers is neither believed nor let at the terminal', async (t) => {
  for (const body of [{instances: 'many'}, {instances: -1}, {}, [1], 'told']) {
    const ops = await answering(t, '202 Accepted', body);
    assert.match(assertExit(await ctl('disconnect', '--user', '42', '--ops', ops), 1).stderr, /202, is not what freshetd answers/);
  }
  const evil = await answering(t, '200 OK', {ids: {'a\u009b': '1\x1b[31m'}, errors: {'b\u202e': 'no\x7f'}});
  const text = assertExit(await ctl('publish', 'a', 'b', 'x', '--ops', evil), 1);
  assert.equal(text.stdout, 'a\\xc2\\x9b 1\\x1b[31m\n');
  assert.match(text.stderr, /: b\\xe2\\x80\\xae: not published: no\\x7f\n$/);
  const {stdout} = assertExit(await ctl('publish', 'a', 'b', 'x', '--ops', evil, '--json'), 1);
  assert.match(stdout, /^[\x20-\x7e]+\n$/);
  assert.equal(JSON.parse(stdout).ids['a\u009b'], '1\x1b[31m');
});

test('the proxy of the environment is for --url alone', async (t) => {
  const asked = [];
  const proxy = await FakeServer.start((socket) => socket.once('data', (bytes) => {
    asked.push(String(bytes));
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  }));
  t.after(() => proxy.stop());
  const url = `http://127.0.0.1:${proxy.port}`;
  const behind = (...args) => run(ctlBinary(), args, {env: {http_proxy: url, all_proxy: url, no_proxy: '', NO_PROXY: ''}});
  // Ports that begin alike are asked, too: in the kernel's range they are nobody's.
  const daemon = await startFreshetd(t, {opsListen: '127.0.0.1:0'});
  const ops = opsOf(daemon);
  const port = String(daemon.opsPort);
  const listen = [daemon.urls.public[0].replace('http://', '')];
  const file = fileWith(t, JSON.stringify({listen, ops: {listen: `127.0.0.1:${port.slice(0, -1)}{instance}`}}), 'freshet.yaml');
  const watch = ['watch', 'news', '--last-event-id', 'earliest', '--count', '1'];
  assertExit(await behind('publish', 'news', 'x', '--ops', ops), 0);
  assertExit(await behind(...watch, '--ops', ops), 0);
  assertExit(await behind(...watch, '--config', file, '--header', 'X-Any: 1'), 0);
  assertExit(await behind('status', '--interval', '0.1', ops), 0);
  assert.match((await behind('status', '--interval', '0.1', '--config', file)).stdout, /\none +ready/);
  assertExit(await behind('disconnect', '--user', '42', '--ops', ops), 0);
  assert.match((await behind('doctor', '--config', file, '--ops', ops)).stdout, /instance one is ready/);
  assert.deepEqual(asked, []);
  assert.match(assertExit(await behind(...watch, '--url', 'http://events.example'), 1).stderr, /403 Forbidden/);
  assert.match(asked[0], /^GET http:\/\/events\.example\/events\?channel=news/);
});

test('ring show', async (t) => {
  const {redis} = await startBoth(t);
  const publish = (data, ...options) => redis.client.call('FCALL', 'freshet_publish', '1', 'news', data, ...options);
  const show = (...args) => ctl('ring', 'show', 'news', '--redis', redis.url, ...args);

  assert.match(assertExit(await show(), 0).stdout, /^the ring of news is empty\n/);
  const ids = [await publish('first'), await publish('\x1b[31mred\nnext', 'EVENT', 'progress'), await publish('ü'.repeat(100))];

  const text = assertExit(await show(), 0).stdout;
  const lines = text.split('\n');
  assert.match(lines[0], /^ +ID +TIME +EVENT +BYTES +DATA$/);
  assert.match(lines[1], new RegExp(`^${ids[0]}  2\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.${String(ids[0]).slice(-6)}Z  - +5  first$`));
  assert.match(lines[2], /progress +13 {2}\\x1b\[31mred\\nnext$/);
  assert.match(lines[3], / - +200 {2}ü{30}…$/);
  assert.match(text, /the ring expires in 1h/);
  assert.match(text, new RegExp(`clock: last ${'\\d'.repeat(16)} \\(2.*Z\\), floor`));
  assert.doesNotMatch(text, /does not reach back/);

  assert.match(assertExit(await show('--limit', '2'), 0).stdout, /^older events are in the ring, too/);
  const json = JSON.parse(assertExit(await show('--limit', '2', '--json'), 0).stdout);
  assert.deepEqual(json.events.map(({id, event, data}) => [id, event, data]),
    [[String(ids[1]), 'progress', '\x1b[31mred\nnext'], [String(ids[2]), null, 'ü'.repeat(100)]]);
  assert.equal(json.has_older, true);
  assert.ok(json.expires_in_ms > 3_000_000);

  const cut = await publish('short ring', 'RING', '1');
  const after = assertExit(await show(), 0).stdout;
  assert.match(after, new RegExp(`^the ring does not reach back to the event before these, ${ids[2]} `));
  assert.ok(after.includes(String(cut)));

  await redis.client.rpush('freshet:ring:news', 'junk');
  assert.match(assertExit(await show(), 0).stdout, /no record \(malformed\): junk/);
});

test('ring show with the rights of a daemon only', async (t) => {
  const {redis} = await startBoth(t);
  await redis.client.call('FCALL', 'freshet_publish', '1', 'news', 'x');
  await redis.client.call('ACL', 'SETUSER', 'least', 'on', '>secret', '~freshet:*', '+lrange', '+hmget');
  const show = (user) => ctl('ring', 'show', 'news', '--redis', `redis://${user}@127.0.0.1:${redis.port}/0`);
  const {stdout} = assertExit(await show('least:secret'), 0);
  assert.match(stdout, / x\n/);
  assert.match(stdout, /when the ring expires is not known: NOPERM/);
  assert.match(assertExit(await show('least:wrong'), 69).stderr, /AUTH refused: WRONGPASS/);
  await redis.client.call('ACL', 'SETUSER', 'least', '-lrange');
  assert.match(assertExit(await show('least:secret'), 1).stderr, /LRANGE: NOPERM/);
});

test('watch', async (t) => {
  const {daemon} = await startBoth(t);
  const publish = (data, query) => daemon.publish('news', data, query);
  const url = daemon.urls.public[0];

  await t.test('prints events, and on standard error what the broker says', async () => {
    const watch = startCtl(t, 'watch', 'news', '--ops', opsOf(daemon), '--count', '3');
    await watch.output(/stream-cursor \d+ \{"resume":"fresh"\}/);
    const first = await publish('{"a":1}', {event: 'progress'});
    const second = await publish('two\nlines \x1b[31m');
    await publish('live', {live: 1});
    assert.deepEqual(await watch.exit(), {code: 0, signal: null});
    assert.equal(watch.stdout, `${first}  progress  {"a":1}\n${second}  message  two\\nlines \\x1b[31m\n-  message  live\n`);
  });
  await t.test('begins at a cursor or at the beginning', async () => {
    const all = assertExit(await ctl('watch', 'news', '--url', url, '--last-event-id', 'earliest', '--count', '2'), 0);
    const [first, second] = all.stdout.split('\n');
    assert.match(all.stderr, /\{"resume":"earliest"\}/);
    const id = first.slice(0, 16);
    const next = assertExit(await ctl('watch', 'news', '--url', url, '--last-event-id', id, '--count', '1'), 0);
    assert.equal(next.stdout, `${second}\n`);
    assert.match(next.stderr, /\{"resume":"complete"\}/);
  });
  await t.test('as JSON, with the control events', async () => {
    const {stdout, stderr} = assertExit(
      await ctl('watch', 'news', '--url', url, '--last-event-id', '17', '--count', '2', '--json'), 0);
    const [open, reset, first, second] = jsonLines(stdout);
    assert.deepEqual([open.type, open.state], ['connection', 'open']);
    assert.deepEqual([reset.type, reset.event, reset.data.channels], ['control', 'stream-reset', ['news']]);
    assert.deepEqual([first.type, first.event, first.data], ['event', 'progress', '{"a":1}']);
    assert.deepEqual([second.event, second.data], [null, 'two\nlines \x1b[31m']);
    assert.equal(stderr, '');
  });
  await t.test('ends with 0 at SIGINT and SIGTERM', async () => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      const watch = startCtl(t, 'watch', 'news', '--url', url);
      await watch.output(/stream-cursor/);
      watch.signal(signal);
      assert.deepEqual(await watch.exit(), {code: 0, signal: null});
    }
  });
  await t.test('ends with 0 at SIGTERM also while its output is a pipe that is full and not read', async (t2) => {
    const pipe = `${temporaryFolder(t2)}/pipe`;
    assertExit(await run('mkfifo', [pipe]), 0);
    const unread = fs.openSync(pipe, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    t2.after(() => fs.closeSync(unread));
    assert.throws(() => {
      for (;;) fs.writeSync(unread, Buffer.alloc(4096));
    }, {code: 'EAGAIN'});
    const open = async () => JSON.parse((await daemon.ops('/status')).text).connections.open;
    await until(async () => await open() === 0, 'the streams of before to end');
    const watch = new Program('sh', ['-c', 'pipe=$1; shift; exec "$@" > "$pipe"', 'sh', pipe, ctlBinary(),
      'watch', 'news', '--url', url, '--last-event-id', 'earliest', '--json']);
    t2.after(() => watch.running && watch.kill9());
    await until(async () => await open() === 1, 'the stream to open');
    watch.signal('SIGTERM');
    assert.deepEqual(await watch.exit(), {code: 0, signal: null});
  });
  await t.test('ends quietly when nobody reads', async () => {
    const {code, stderr} = await run('sh', ['-c', 'trap "" PIPE; { "$@"; echo "code $?" >&2; } | true', 'sh', ctlBinary(),
      'watch', 'news', '--url', url, '--last-event-id', 'earliest', '--json']);
    assert.equal(code, 0);
    assert.equal(stderr, 'code 0\n');
  });
  await t.test('ends with 1 where an EventSource would end', async () => {
    const bad = assertExit(await ctl('watch', 'bad name', '--url', url), 1);
    assert.match(bad.stderr, /400 Bad Request: channel/);
    assert.match(assertExit(await ctl('watch', 'news', '--url', `${url}/nothing`), 1).stderr, /404 Not Found/);
    assert.match(assertExit(await ctl('watch', 'news', '--url', `${opsOf(daemon)}/livez`), 1).stderr, /no event stream/);
  });
});

test('colours are for terminals, and not for those that want none', async (t) => {
  const daemon = await startFreshetd(t);
  await daemon.publish('news', 'x', {event: 'progress'});
  const command = `${ctlBinary()} watch news --ops ${opsOf(daemon)} --last-event-id earliest --count 1`;
  const onTerminal = (env) => run('script', ['-qec', command, '/dev/null'], {env: {TERM: 'xterm', ...env}});
  assert.match((await onTerminal({})).stdout, /\x1b\[36mprogress\x1b\[0m {2}x\r\n/);
  for (const env of [{NO_COLOR: '1'}, {TERM: 'dumb'}]) {
    const {stdout} = await onTerminal(env);
    assert.match(stdout, / {2}progress {2}x\r\n/);
    assert.doesNotMatch(stdout, /\x1b/);
  }
});

test('watch comes back with its last id', async (t) => {
  const {redis, daemon} = await startBoth(t, {config: {streams: {retry: '100ms'}}});
  const watch = startCtl(t, 'watch', 'news', '--url', daemon.urls.public[0], '--json', '--count', '3');
  await watch.output(/"fresh"/, {where: 'stdout'});
  const ids = [await daemon.publish('news', 'one')];
  await watch.output(/"one"/, {where: 'stdout'});
  await daemon.kill9();
  await watch.output(/"state":"lost"/, {where: 'stdout'});
  ids.push(String(await redis.client.call('FCALL', 'freshet_publish', '1', 'news', 'two')));
  await daemon.startAgain();
  await watch.output(/"two"/, {where: 'stdout'});
  ids.push(await daemon.publish('news', 'three'));
  assert.deepEqual(await watch.exit(), {code: 0, signal: null});
  const lines = jsonLines(watch.stdout);
  assert.deepEqual(lines.filter(({type}) => type === 'event').map(({id}) => id), ids);
  assert.ok(lines.some(({event, data}) => event === 'stream-cursor' && data.resume === 'complete'));
  assert.equal(lines.some(({event}) => event === 'stream-reset'), false);
});

test('watch sends the token and headers of a client', async (t) => {
  const secret = fileWith(t, crypto.randomBytes(48).toString('base64url'));
  const daemon = await startFreshetd(t, {dev: false, config: {auth: {jwt: {secret_file: secret}, public_channels: ['open']}}});
  const url = daemon.urls.public[0];
  assert.match(assertExit(await ctl('watch', 'mine', '--url', url), 1).stderr, /401 Unauthorized/);
  const token = fileWith(t, 'not.a.token\n');
  assert.match(assertExit(await ctl('watch', 'mine', '--url', url, '--token-file', token), 1).stderr, /401 Unauthorized/);
  const foreign = await ctl('watch', 'open', '--url', url, '--header', 'Origin: https://elsewhere.example');
  assert.match(assertExit(foreign, 1).stderr, /403 Forbidden/);
});

test('the instances of a machine are found by the configuration', async (t) => {
  const folder = temporaryFolder(t);
  const config = {listen: [`unix:${folder}/{instance}.sock`], ops: {listen: `unix:${folder}/{instance}.ops.sock`}};
  const file = fileWith(t, JSON.stringify(config), 'freshet.yaml');
  const daemon = await startFreshetd(t, {listen: [`unix:${folder}/7.sock`], opsListen: `unix:${folder}/7.ops.sock`, instance: '7'});
  const stream = await daemon.stream('channel=news');
  await stream.opening();
  assert.match(assertExit(await ctl('publish', 'news', 'found', '--config', file), 0).stdout, someId);
  const [event] = await stream.collect(1);
  assert.ok(isMessage(event));
  const header = ['--header', 'X-Any: 1'];
  const watch = await ctl('watch', 'news', '--config', file, ...header, '--last-event-id', 'earliest', '--count', '1');
  assert.match(assertExit(watch, 0).stderr, new RegExp(`open: unix:${folder}/7\\.sock`));
});
