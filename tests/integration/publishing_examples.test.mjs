// The programs of docs/publishing.md, exactly as they stand there, against a real Redis and a daemon.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import test from 'node:test';

import {startBoth} from '../support/both.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {startLossyProxy} from '../support/lossy_proxy.mjs';
import {freePort} from '../support/ports.mjs';
import {run} from '../support/process.mjs';

const page = fs.readFileSync(new URL('../../docs/publishing.md', import.meta.url), 'utf8');
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

// Debian's own python3, which has Debian's packages: there may be another one in the PATH.
const commands = {
  'publish.sh': ['bash', 'publish.sh'],
  'publish-curl.sh': ['bash', 'publish-curl.sh'],
  'publish.py': ['/usr/bin/python3', 'publish.py'],
  'publish-ioredis.mjs': [process.execPath, 'publish-ioredis.mjs'],
  'publish-redis.mjs': [process.execPath, 'publish-redis.mjs'],
  'publish.php': ['php', 'publish.php'],
  'publish.rb': ['ruby', 'publish.rb'],
  'publish.go': ['./publish'],
  'Publish.java': ['java', '-cp', '.', 'Publish'],
};
const overHttp = ['publish-curl.sh', 'Publish.java'];
const builds = {
  'publish.go': ['go', ['build', 'publish.go'], (folder) => ({GO111MODULE: 'off', GOFLAGS: '', GOPATH: '/usr/share/gocode', GOCACHE: `${folder}/cache`})],
  'Publish.java': ['javac', ['Publish.java'], () => ({})],
};

/** Writes every program of the page, by the name in its first line, into a folder, and builds those that are compiled. */
async function extract(t) {
  const folder = temporaryFolder(t, 'publishing');
  const programs = [...page.matchAll(/^```\w+\n((?:<\?php )?(?:#|\/\/) (\S+) CHANNEL {2}[^]*?\n)```$/gm)];
  assert.deepEqual(programs.map(([, , name]) => name).sort(), Object.keys(commands).sort(), 'the programs of the page');
  for (const [, text, name] of programs) fs.writeFileSync(path.join(folder, name), text);
  fs.symlinkSync(modules, path.join(folder, 'node_modules'));
  await Promise.all(Object.values(builds).map(async ([command, args, env]) => {
    const built = await run(command, args, {cwd: folder, env: env(folder), ms: 120_000});
    assert.equal(built.code, 0, `${command} ${args}: ${built.stderr}`);
  }));
  return folder;
}

const bytesOf = (status) => Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
const replies = {
  notNow: {
    redis: Buffer.from('-READONLY You can\'t write against a read only replica.\r\n'), http: bytesOf('503 Service Unavailable')},
  unknown: {http: bytesOf('504 Gateway Timeout')},
  mayNot: {
    redis: Buffer.from('-NOPERM this user has no permissions to run the \'fcall\' command\r\n'), http: bytesOf('403 Forbidden')},
};

test('the programs of docs/publishing.md', {concurrency: 9}, async (t) => {
  const [folder, {redis, daemon}] = await Promise.all([extract(t), startBoth(t)]);
  const urlOf = (name) => (overHttp.includes(name) ? daemon.urls.ops[0] : redis.url);

  const replyTo = (name, what) => replies[what][overHttp.includes(name) ? 'http' : 'redis'];

  /** Runs one with its channel, at the servers or at other ports of this machine. */
  const publish = async (name, channel, {port} = {}) => {
    const [command, ...args] = commands[name];
    const url = (scheme, real) => (port ? `${scheme}://127.0.0.1:${port}` : real);
    return run(command, [...args, channel], {
      cwd: folder, env: {REDIS_URL: url('redis', redis.url), OPS_URL: url('http', daemon.urls.ops[0])}, ms: 60_000});
  };

  /** Asserts that the program told one id twice and that a listener got that event once, and nothing else before the next one. */
  const assertPublishedOnce = async (channel, attempt) => {
    const client = await daemon.stream(`channel=${channel}`);
    await client.opening();
    const {code, stdout, stderr} = await attempt();
    assert.equal(code, 0, stderr);
    const [, id, again] = stdout.match(/^(\d+)\n(\d+)\n$/) ?? assert.fail(`not two ids: ${JSON.stringify(stdout)}`);
    assert.equal(again, id, 'the same key, the same id');
    const last = await daemon.publish(channel, 'the end');
    const [event, end] = await client.collect(2);
    client.close();
    assert.deepEqual([event.id, event.event, JSON.parse(event.data)], [id, 'note', {order: 981, text: 'paid'}]);
    assert.equal(end.id, last, 'the event came once');
  };

  const nothingThere = await freePort();
  const tests = Object.keys(commands).flatMap((name) => [
    t.test(`${name} publishes an event once, and a second time tells the same id`, () =>
      assertPublishedOnce(`once:${name}`, () => publish(name, `once:${name}`))),

    t.test(`${name} publishes once through a refusal for now and a lost reply`, async (t2) => {
      const fates = [replyTo(name, 'notNow'), ...overHttp.includes(name) ? [replyTo(name, 'unknown')] : [], 'lose'];
      const proxy = await startLossyProxy(t2, urlOf(name), [...fates]);
      await assertPublishedOnce(`lost:${name}`, () => publish(name, `lost:${name}`, {port: proxy.port}));
      assert.equal(proxy.calls(), fates.length + 2, 'those that fail, one that counts, and once more');
    }),

    t.test(`${name} tells a refusal, and what it says, at the first try`, async (t2) => {
      const proxy = await startLossyProxy(t2, urlOf(name), []);
      const {code, stdout, stderr} = await publish(name, 'no spaces, please', {port: proxy.port});
      assert.equal(proxy.calls(), 1);
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, /^refused: .*channel 'no spaces, please': byte 0x20 at position 3 is not allowed/);
    }),

    t.test(`${name} takes a lack of rights for a refusal`, async (t2) => {
      const proxy = await startLossyProxy(t2, urlOf(name), [replyTo(name, 'mayNot')]);
      const {code, stderr} = await publish(name, 'secret', {port: proxy.port});
      assert.deepEqual([code, proxy.calls()], [1, 1], stderr);
      assert.match(stderr, /^refused: /);
    }),

    t.test(`${name} tells an outage`, async () => {
      const {code, stdout, stderr} = await publish(name, 'nothing', {port: nothingThere});
      assert.deepEqual([code, stdout], [75, ''], stderr);
      assert.match(stderr, /^not published: ./);
    }),
  ]);
  await Promise.all(tests);
});
