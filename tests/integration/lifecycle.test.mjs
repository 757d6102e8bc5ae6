// Command line, exit codes, configuration, signals.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';

import {binary, runFreshetd, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {RawSocket} from '../support/http.mjs';
import {Program, run} from '../support/process.mjs';

/** Runs freshetd with a configuration file holding `text`. */
async function runWith(t, text, ...args) {
  const file = path.join(temporaryFolder(t), 'freshet.yaml');
  fs.writeFileSync(file, text);
  return runFreshetd(['--config', file, ...args]);
}

test('the command line', async (t) => {
  await t.test('--version', async () => {
    const {code, stdout, stderr} = await runFreshetd(['--version']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^freshetd \d+\.\d+\.\d+\S*\n/);
  });

  await t.test('--help names every flag', async () => {
    const {code, stdout, stderr} = await runFreshetd(['--help']);
    assert.deepEqual([code, stderr], [0, '']);
    for (const flag of ['config', 'check-config', 'print-config', 'listen', 'ops-listen', 'redis', 'memory', 'instance', 'log-level',
      'dev', 'version', 'help']) {
      assert.match(stdout, new RegExp(`--${flag}\\b`));
    }
  });

  for (const args of [['--no-such-flag'], ['--listen'], ['extra'], ['--log-level', 'loud'], ['--listen', 'nonsense'],
    ['--dev', '--listen', '0.0.0.0:0'], ['--dev', '--listen', '[::]:0'], ['--memory', '--redis', 'redis://127.0.0.1'],
    ['--redis', 'http://127.0.0.1']]) {
    await t.test(`${args.join(' ')}: usage error, 64`, async () => {
      const {code, stdout, stderr} = await runFreshetd(args);
      assert.equal(code, 64, stderr);
      assert.equal(stdout, '');
      assert.notEqual(stderr, '');
    });
  }

  for (const arg of ['--print-config', '--check-config', '--version', '--help']) {
    await t.test(`${arg} to a full disk: 74`, async () => {
      const {code, stderr} = await run('sh', ['-c', 'exec "$0" "$1" >/dev/full', binary(), arg]);
      assert.equal(code, 74, stderr);
      assert.match(stderr, /standard output cannot be written/);
    });
  }

  await t.test('a listener that is taken: 69, naming it', async (t2) => {
    const taken = net.createServer();
    await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
    t2.after(() => taken.close());
    const address = `127.0.0.1:${taken.address().port}`;
    for (const args of [['--listen', address, '--ops-listen', '127.0.0.1:0'], ['--listen', '127.0.0.1:0', '--ops-listen', address]]) {
      const {code, stderr} = await runFreshetd(['--memory', ...args]);
      assert.equal(code, 69, stderr);
      assert.match(stderr, new RegExp(address.replaceAll('.', '\\.')));
    }
  });

  await t.test('a unix socket in a folder that does not exist, or longer than the kernel takes: an error, naming it', async () => {
    const missing = await runFreshetd(['--memory', '--listen', 'unix:/nonexistent/freshet.sock', '--ops-listen', '127.0.0.1:0']);
    assert.equal(missing.code, 69, missing.stderr);
    assert.match(missing.stderr, /\/nonexistent\/freshet\.sock/);
    const long = await runFreshetd(['--memory', '--listen', `unix:/${'x'.repeat(200)}`, '--ops-listen', '127.0.0.1:0']);
    assert.ok([64, 69, 78].includes(long.code), `${long.code}`);
  });
});

test('the configuration', async (t) => {
  await t.test('a good one: 0', async (t2) => {
    const {code, stderr} = await runWith(t2, 'listen: ["127.0.0.1:1234"]\nlog: {level: debug}\n', '--check-config');
    assert.equal(code, 0, stderr);
  });

  await t.test('the file that we ship is good', async () => {
    const shipped = fs.readdirSync(new URL('../../config/', import.meta.url)).filter((name) => name.endsWith('.yaml'));
    assert.ok(shipped.length > 0, 'config/ holds a file');
    for (const name of shipped) {
      const {code, stderr} = await runFreshetd(['--config', new URL(`../../config/${name}`, import.meta.url).pathname, '--check-config']);
      assert.equal(code, 0, stderr);
    }
  });

  const broken = {
    'an unknown key': ['streams: {hartbeat: 15s}', /streams\.hartbeat/],
    'an unknown section': ['strems: {}', /strems/],
    'a wrong type': ['listen: {a: b}', /listen/],
    'a number where a duration is wanted': ['streams: {heartbeat: soon}', /streams\.heartbeat/],
    'an impossible size': ['limits: {buffer_per_connection: -1}', /limits\.buffer_per_connection/],
    'an impossible value': ['limits: {connections: lots}', /limits\.connections/],
    'an unknown backplane': ['backplane: {type: kafka}', /backplane\.type/],
    'an address that is none': ['listen: ["localhost"]', /listen/],
    'a duplicate key': ['drain: {period: 1s, period: 2s}', /period/],
    'broken YAML': ['listen: [', /./],
    'a missing password file': ['backplane: {type: redis, redis: {password_file: /nonexistent/password}}',
      /backplane\.redis\.password_file: .*no such file/i],
  };
  for (const [what, [text, message]] of Object.entries(broken)) {
    await t.test(`${what}: 78, with its path`, async (t2) => {
      for (const args of [['--check-config'], []]) {
        const {code, stderr} = await runWith(t2, `${text}\n`, ...args);
        assert.equal(code, 78, stderr);
        assert.match(stderr, message);
      }
    });
  }

  await t.test('a missing file: 78', async () => {
    const {code, stderr} = await runFreshetd(['--config', '/nonexistent/freshet.yaml']);
    assert.equal(code, 78);
    assert.match(stderr, /\/nonexistent\/freshet\.yaml/);
  });

  await t.test('all errors are reported in one run', async (t2) => {
    const {code, stderr} = await runWith(t2, 'streams: {heartbeat: x, hartbeat: 1s}\nlimits: {connections: []}\nlog: {level: loud}\n',
      '--check-config');
    assert.equal(code, 78);
    for (const key of ['streams.heartbeat', 'streams.hartbeat', 'limits.connections', 'log.level']) assert.ok(stderr.includes(key), stderr);
  });

  await t.test('with those in the files that it names, each at its key', async (t2) => {
    const folder = temporaryFolder(t2);
    const broken = (name, text) => {
      fs.writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const {code, stderr} = await runWith(t2, [
      'no_such_key: 1',
      `ops: {publish_keys_file: ${broken('keys', 'nonsense\n')}}`,
      'auth:',
      '  jwt:',
      '    audience: app',
      `    secret_file: ${broken('secret', 'short')}`,
      `    public_key_file: ${broken('key.pem', 'no key\n')}`,
      `    jwks_file: ${broken('jwks.json', '{"keys":[')}`,
    ].join('\n'), '--check-config');
    assert.equal(code, 78, stderr);
    const places = [...stderr.matchAll(/^freshetd: \S*\.yaml:(\d+): ([\w.]+): /gm)].map(([, line, key]) => [Number(line), key]);
    assert.deepEqual(places.sort(([a], [b]) => a - b), [[1, 'no_such_key'], [2, 'ops.publish_keys_file'], [6, 'auth.jwt.secret_file'],
      [7, 'auth.jwt.public_key_file'], [8, 'auth.jwt.jwks_file']], stderr);
  });

  await t.test('flags win over the environment, which wins over the file', async (t2) => {
    const file = path.join(temporaryFolder(t2), 'freshet.yaml');
    fs.writeFileSync(file, 'log: {level: error}\n');
    const levelWith = async (args, env) => {
      const {code, stdout, stderr} = await runFreshetd(['--config', file, '--print-config', ...args], {env});
      assert.equal(code, 0, stderr);
      return stdout.match(/level:\s*"?(\w+)/)[1];
    };
    assert.equal(await levelWith([], {}), 'error');
    assert.equal(await levelWith([], {FRESHET_LOG_LEVEL: 'warn'}), 'warn');
    assert.equal(await levelWith(['--log-level', 'debug'], {FRESHET_LOG_LEVEL: 'warn'}), 'debug');
  });

  await t.test('what is in force is printed without secrets, and can be read again', async (t2) => {
    const {code, stdout, stderr} = await runFreshetd(['--print-config', '--redis', 'redis://me:sesame-4711@127.0.0.1:6379/0']);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /sesame/);
    assert.match(stdout, /\*\*\*/);
    const plain = await runFreshetd(['--print-config', '--listen', '127.0.0.1:4711']);
    assert.match(plain.stdout, /127\.0\.0\.1:4711/);
    const again = await runWith(t2, plain.stdout, '--print-config');
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout, plain.stdout);
  });
});

test('what a debugger has written into the program while it started stays there', async (t) => {
  const fifo = path.join(temporaryFolder(t), 'freshet.yaml');
  assert.equal((await run('mkfifo', [fifo])).code, 0);
  const program = new Program(binary(), ['--config', fifo, '--memory', '--listen', '127.0.0.1:0', '--ops-listen', '127.0.0.1:0']);
  t.after(() => program.running && program.kill9());
  // It waits for its configuration as soon as somebody can write it.
  const config = await fs.promises.open(fifo, 'w');
  const maps = fs.readFileSync(`/proc/${program.pid}/maps`, 'utf8').split('\n');
  const start = maps.find((line) => line.endsWith(binary())).split('-')[0];
  const memory = await fs.promises.open(`/proc/${program.pid}/mem`, 'r+');
  t.after(() => memory.close());
  // The padding of the ELF header, in a segment without the right to write: breakpoints are in such ones, too.
  const place = Number(BigInt(`0x${start}`)) + 9;
  const read = async () => (await memory.read(Buffer.alloc(1), 0, 1, place)).buffer[0];
  assert.equal(await read(), 0);
  await memory.write(Buffer.from([0xcc]), 0, 1, place);
  await config.writeFile('drain: {period: 0s}\n');
  await config.close();
  await program.output(/ready/);
  assert.equal(await read(), 0xcc);
  program.signal('SIGTERM');
  assert.deepEqual(await program.exit(), {code: 0, signal: null});
});

test('SIGTERM drains', async (t) => {
  await t.test('one stream after the other, each with a retry and a clean end; 503 meanwhile; exit code 0', async (t2) => {
    const daemon = await startFreshetd(t2, {config: {drain: {period: '5s'}}});
    const streams = await Promise.all(Array.from({length: 20}, () => daemon.stream('channel=drain')));
    for (const stream of streams) await stream.opening();
    const stopping = daemon.stop();
    const open = () => streams.filter((stream) => !stream.ended).length;
    await Promise.race(streams.map((stream) => stream.end()));
    assert.ok(open() > 5, `${open()} of 20 are still open when the first has ended`);
    const ready = await daemon.ops('/readyz');
    assert.equal(ready.status, 503);
    assert.match(ready.text, /drain/);
    // Whoever stays longer goes on getting events.
    const id = await daemon.publish('drain', 'while draining');
    await Promise.all(streams.map((stream) => stream.end()));
    for (const stream of streams) {
      assert.equal(stream.error, undefined, 'the chunked body ended properly');
      assert.equal(stream.retries.length, 2, 'one retry at the beginning, one at the end');
      assert.ok(stream.parser.isBetweenBlocks);
    }
    assert.ok(streams.some((stream) => stream.messages.some((event) => event.id === id)));
    assert.ok(new Set(streams.map((stream) => stream.retries[1])).size > 1, 'the retries are jittered');
    await stopping;
  });

  await t.test('new connections are not taken any more', async (t2) => {
    const daemon = await startFreshetd(t2, {config: {drain: {period: '2s'}}});
    const streams = await Promise.all(Array.from({length: 5}, () => daemon.stream('channel=drain')));
    const stopping = daemon.stop();
    await Promise.race(streams.map((stream) => stream.end()));
    const raw = await RawSocket.open(daemon.urls.public[0]).catch((error) => error);
    if (raw instanceof RawSocket) {
      raw.write('GET /events?channel=late HTTP/1.1\r\nHost: localhost\r\n\r\n');
      assert.doesNotMatch(await raw.end(), /stream-cursor/);
      raw.close();
    } else {
      assert.equal(raw.code, 'ECONNREFUSED');
    }
    await stopping;
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    await t.test(`the second ${signal} ends it at once`, async (t2) => {
      const daemon = await startFreshetd(t2, {config: {drain: {period: '10m'}}});
      const streams = await Promise.all(Array.from({length: 5}, () => daemon.stream('channel=drain')));
      daemon.signal(signal);
      await daemon.notReady();
      daemon.signal(signal);
      assert.deepEqual(await daemon.program.exit(), {code: 0, signal: null});
      daemon.stopped = true;
      await Promise.all(streams.map((stream) => stream.end()));
    });
  }

  await t.test('without streams it ends without waiting', async (t2) => {
    const daemon = await startFreshetd(t2, {config: {drain: {period: '10m'}}});
    await daemon.stop();
  });
});

test('SIGHUP reloads', async (t) => {
  const daemon = await startFreshetd(t, {dev: false, config: {auth: {public_channels: ['old']}, cors: {origins: ['https://old.example']}}});
  const status = async (channel, headers = {}) => {
    const stream = await daemon.stream(`channel=${channel}`, {headers});
    stream.close();
    return stream.status;
  };
  const reload = async (config) => {
    const from = daemon.log.length;
    daemon.writeConfig(config);
    daemon.signal('SIGHUP');
    await daemon.program.output(/reload/i, {from});
    return daemon.log.slice(from);
  };
  assert.deepEqual([await status('old'), await status('new')], [200, 401]);
  const stream = await daemon.stream('channel=old');
  await stream.opening();

  await t.test('the public channels and origins, without dropping a stream', async () => {
    await reload({auth: {public_channels: ['new']}, cors: {origins: ['https://new.example']}});
    assert.deepEqual([await status('old'), await status('new')], [401, 200]);
    assert.equal(await status('new', {Origin: 'https://new.example'}), 200);
    assert.equal(await status('new', {Origin: 'https://old.example'}), 403);
    const id = await daemon.publish('old', 'still here');
    assert.equal((await stream.next()).id, id);
  });

  await t.test('a broken file changes nothing and is said', async () => {
    const said = await reload('auth: {public_channels: [');
    assert.match(said, /error|warn/i);
    assert.deepEqual([await status('old'), await status('new')], [401, 200]);
    const unknown = await reload('auth: {public_chanels: [old]}');
    assert.match(unknown, /auth\.public_chanels/);
    assert.deepEqual([await status('old'), await status('new')], [401, 200]);
  });

  await t.test('what cannot be reloaded is said', async () => {
    const said = await reload({auth: {public_channels: ['new']}, backplane: {history: {events: 77}}});
    assert.match(said, /backplane\.history\.events/);
  });

  assert.ok(!stream.ended);
  stream.close();
});
