// deploy/container: the image is built and run by podman, and so is the composition. Only the stage of the Dockerfile that
// compiles is not: what it makes is the package of the build under test.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test, {after, before} from 'node:test';
import {fileURLToPath} from 'node:url';

import {startEngine} from '../support/container_engine.mjs';
import {debianPackage, rootForPackage} from '../support/debian_package.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {request} from '../support/http.mjs';
import {run} from '../support/process.mjs';
import {SseClient} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = (name) => path.join(root, 'deploy/container', name);

/** The instructions of the Dockerfile by stage: [[instruction, rest], …]. */
function stages() {
  const joined = fs.readFileSync(file('Dockerfile'), 'utf8').replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '');
  const list = [];
  for (const line of joined.split('\n').filter(Boolean)) {
    const [, instruction, rest] = line.match(/^([A-Z]+) (.*)$/);
    if (instruction === 'FROM') list.push([]);
    list.at(-1).push([instruction, rest]);
  }
  return list;
}

/** The sources of a stage's COPY instructions, which are in the repository, each with its destination. */
const copies = (stage) => stage.filter(([instruction, rest]) => instruction === 'COPY' && !rest.startsWith('--from'))
  .flatMap(([, rest]) => {
    const words = rest.split(' ');
    return words.slice(0, -1).map((source) => [source, words.at(-1)]);
  });

/**
 * A compose file that asks for no more open files than this machine allows; and for a number of processes, as podman's own
 * number holds only where no other limit is named. Nor do two streams take 8 s to drain.
 */
async function adaptation(folder) {
  const hard = Number((await run('bash', ['-c', 'ulimit -Hn'])).stdout) || Infinity;
  const ulimits = {nofile: Math.min(hard, 262_144), nproc: 1024};
  const service = {ulimits, environment: {FRESHET_DRAIN_PERIOD: '1s'}};
  const name = path.join(folder, 'adaptation.yaml');
  fs.writeFileSync(name, JSON.stringify({services: {'freshet-1': service, 'freshet-2': service}}));
  return name;
}

let engine;
let compose;
// What belongs to the file: in a hook, node:test's own after() means the end of the hook.
const endings = [];
const whole = {after: (ending) => endings.push(ending)};
before(async () => {
  const deb = await debianPackage(whole);
  engine = await startEngine(whole, await rootForPackage(deb));
  const folder = temporaryFolder(whole, 'container');
  fs.copyFileSync(deb, path.join(folder, path.basename(deb)));
  const files = ['-f', file('compose.yaml'), '-f', await adaptation(folder)];
  // It says what it runs on stdout, next to what that says, and its own exit code says nothing.
  compose = async (...args) => {
    const said = await engine.does('podman-compose', '--project-name', 'freshet', ...files, ...args);
    assert.doesNotMatch(said, /^exit code: [1-9]/m, said);
    return said;
  };
  await engine.importDebian();
  await Promise.all([
    compose(`--podman-build-args=${[...engine.buildOptions, '--build-context', `build=${folder}`].join(' ')}`, 'build', 'freshet-1'),
    engine.buildServers(['docker.io/library/redis:7-bookworm', 'docker.io/library/nginx:1.22']),
  ]);
});
after(async () => {
  for (const ending of endings.reverse()) await ending();
});

const logs = async (name) => (await engine.run('podman', 'logs', name)).stderr;

const healthy = (name) => until(async () => {
  await engine.run('podman', 'healthcheck', 'run', name);
  const [state, health] = (await engine.inspect(name, '{{.State.Status}} {{.State.Health.Status}}')).split(' ');
  assert.equal(state, 'running', await logs(name));
  return health === 'healthy';
}, `${name} to be healthy`, {every: 100});

/** The answer of an operations listener to a request without a body, as a container sees it. */
const answer = (from, address, ...lines) => engine.podman('exec', from, 'bash', '-c',
  'exec 3<>"/dev/tcp/$0/9080"; printf "%s\\r\\n" "$@" "" >&3; cat <&3', address, ...lines);

/** What the instance in a container says of itself. */
const status = async (name) => JSON.parse((await answer(name, '127.0.0.1', 'GET /status HTTP/1.0', 'Host: localhost')).split('\r\n\r\n')[1]);

const publish = (redis, data) => engine.podman('exec', redis, 'redis-cli', 'FCALL', 'freshet_publish', '1', 'demo', data);

function open(t, url, options) {
  const stream = new SseClient(url, '/events?channel=demo', options);
  t.after(() => stream.close());
  return stream;
}

test('what the Dockerfile copies is all that the build needs', async (t) => {
  const [build, final] = stages();
  const runs = build.filter(([instruction]) => instruction === 'RUN').map(([, rest]) => rest);
  assert.deepEqual(runs, ['deploy/install-packages package', 'deploy/package && mv build/release/freshetd_*.deb /']);
  assert.deepEqual([build, final].map(([[, from]]) => from.split(' ')[0]), ['debian:12-slim', 'debian:12-slim'],
    'libraries are those that it was built with');

  const folder = temporaryFolder(t, 'container');
  const source = path.join(folder, 'src');
  fs.mkdirSync(source);
  for (const [name, to] of copies(build)) {
    const target = to.endsWith('/') ? path.join(source, to, path.basename(name)) : path.join(source, to);
    fs.cpSync(path.join(root, name), target, {recursive: true, filter: (each) => path.basename(each) !== 'node_modules'});
  }
  const configured = await run('cmake', ['--preset', 'release', '-S', source, '-B', path.join(folder, 'build')], {cwd: source, ms: 120_000});
  assert.equal(configured.code, 0, configured.stdout + configured.stderr);
  // That has asked for the sources of the programs. For these it does not.
  const built = await run('cmake', ['--build', path.join(folder, 'build'), '--target', 'package_documents'], {ms: 60_000});
  assert.equal(built.code, 0, built.stdout + built.stderr);
  // Nor for what is only installed.
  const rules = fs.readFileSync(path.join(folder, 'build/cmake_install.cmake'), 'utf8');
  const installed = [...rules.matchAll(/"(\/[^"]*\/src\/[^"]+)"/g)].map(([, name]) => name);
  assert.ok(installed.length > 10);
  for (const name of installed) assert.ok(fs.existsSync(name), name);
});

test('what is in the image', async (t) => {
  const size = async (image) => Number(await engine.podman('image', 'inspect', '--format', '{{.Size}}', image));
  const added = await size('freshet') - await size('debian:12-slim');
  t.diagnostic(`${(added / 1e6).toFixed(1)} MB more than debian:12-slim`);
  assert.ok(added > 1e6 && added < 40e6, `${added} bytes more than debian:12-slim`);

  const inside = (image, ...script) => engine.podman('run', '--rm', '--network', 'none', '--entrypoint', 'bash', image, '-c', script.join('\n'));
  const packages = async (image) => new Set((await inside(image, 'dpkg-query -W -f=\'${Package}\\n\'')).split('\n'));
  const base = await packages('debian:12-slim');
  const names = [...await packages('freshet')].filter((name) => !base.has(name));
  t.diagnostic(names.join(' '));
  assert.ok(names.includes('freshetd') && names.includes('ca-certificates'));
  assert.deepEqual(names.filter((name) => !/^lib/.test(name)).sort(), ['ca-certificates', 'freshetd', 'openssl', 'systemd-standalone-sysusers']);
  assert.deepEqual(names.filter((name) => /-dev$/.test(name)), []);
  assert.equal(await inside('freshet',
    'find / -xdev -newer /etc/debian_version -name "*.deb"',
    'find /src /tmp /mnt /var/lib/apt/lists /var/cache/apt -mindepth 1 -type f -not -name lock 2>/dev/null',
    'for name in cc gcc g++ clang cmake ninja make python3 node curl wget redis-cli; do command -v "$name"; done',
    'true'), '');
  assert.equal(await inside('freshet', 'id -u; id -un; stat -c "%U %a" /etc/freshet/freshet.yaml'), '10001\nfreshet\nroot 644');

  const [image] = JSON.parse(await engine.podman('image', 'inspect', 'freshet'));
  assert.deepEqual([image.User, image.Config.Entrypoint, image.Config.StopSignal, Object.keys(image.Config.ExposedPorts)],
    ['10001:10001', ['/usr/sbin/freshetd'], 'SIGTERM', ['8080/tcp']]);
});

test('a container without rights, whose files cannot be written to', async (t) => {
  const folder = temporaryFolder(t, 'keys');
  fs.chmodSync(folder, 0o755);
  const key = 'a key that is long enough';
  fs.writeFileSync(path.join(folder, 'publish.keys'), `backend sha256:${createHash('sha256').update(key).digest('hex')} demo\n`);
  await engine.podman('network', 'create', 'alone');
  await engine.podman('run', '--detach', '--name', 'alone', '--network', 'alone', '--publish', '127.0.0.1:8081:8080',
    '--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges',
    '--volume', `${folder}:/run/secrets:ro`, '--env', 'FRESHET_OPS_PUBLISH_KEYS_FILE=/run/secrets/publish.keys',
    '--env', 'FRESHET_OPS_LISTEN=0.0.0.0:9080', '--env', 'FRESHET_OPS_HOSTS=alone',
    '--env', 'FRESHET_AUTH_PUBLIC_CHANNELS=demo', '--env', 'FRESHET_DRAIN_PERIOD=1s', 'freshet');
  t.after(() => engine.podman('rm', '--force', '--ignore', '--time', '0', 'alone', 'redis'));

  // There is no Redis yet.
  await healthy('alone');
  assert.match(await answer('alone', '127.0.0.1', 'GET /readyz HTTP/1.0', 'Host: localhost'), /^HTTP\/1\.[01] 503 [^]*resolve redis/);
  assert.notEqual((await engine.run('podman', 'exec', '--env', 'FRESHET_OPS_LISTEN=127.0.0.1:9', 'alone', 'freshet-healthcheck')).code, 0);
  const process1 = await engine.podman('exec', 'alone', 'cat', '/proc/1/status');
  for (const line of [/^Name:\tfreshetd$/m, /^Uid:\t10001\t/m, /^CapBnd:\t0+$/m, /^CapEff:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m]) {
    assert.match(process1, line);
  }
  assert.match((await engine.run('podman', 'exec', 'alone', 'touch', '/tmp/file')).stderr, /Read-only file system/);

  const url = await engine.join(t, 8081);
  const stream = open(t, url);
  await stream.opened();
  await engine.podman('run', '--detach', '--name', 'redis', '--network', 'alone', 'redis:7-bookworm', 'redis-server');
  await stream.opening();
  const id = await publish('redis', 'hello');
  const event = await stream.next();
  assert.deepEqual([event.id, event.data], [id, 'hello']);

  const address = await engine.inspect('alone', '{{.NetworkSettings.Networks.alone.IPAddress}}');
  const asks = (...lines) => answer('redis', address, ...lines, 'Host: alone:9080');
  assert.match(await asks('GET /metrics HTTP/1.0'), /^HTTP\/1\.[01] 200 [^]*^freshet_connections 1\r?$/m);
  const post = ['POST /publish?channel=demo HTTP/1.0', 'Content-Length: 0'];
  assert.match(await asks(...post), /^HTTP\/1\.[01] 401 /);
  assert.match(await asks(...post, `Authorization: Bearer ${key}`), /^HTTP\/1\.[01] 200 /);

  assert.equal(await engine.inspect('alone', '{{.Config.StopTimeout}}'), '10', 'what podman waits, and Docker, when nobody says more');
  assert.match(await engine.podman('run', '--rm', '--network', 'none', 'freshet', '--config', '/etc/freshet/freshet.yaml', '--print-config'),
    /^ +period: 8s$/m);
  await engine.podman('kill', '--signal', 'TERM', 'alone');
  assert.equal(await engine.podman('wait', 'alone'), '0');
  await stream.end();
  assert.equal(stream.error, undefined);
  assert.ok(stream.retries.length >= 2, 'it was told when to come back');
});

test('the composition', async (t) => {
  await compose('up', '--detach');
  const names = ['freshet_freshet-1_1', 'freshet_freshet-2_1'];
  const all = [...names, 'freshet_nginx_1', 'freshet_redis_1'].join(' ');
  await until(async () => (await engine.podman('ps', '--format', '{{.Names}}')).split('\n').sort().join(' ') === all, 'all to run', {every: 200});
  for (const name of names) {
    await healthy(name);
    await until(async () => (await status(name)).state === 'ready', `${name} to be ready`);
  }
  const url = await engine.join(t, 8080);
  await until(async () => (await request(url, '/').catch(() => ({}))).status === 404, 'nginx to serve');

  const streams = [1, 2, 3, 4].map(() => open(t, url, {headers: {'X-Forwarded-For': '203.0.113.7'}}));
  for (const stream of streams) await stream.control('stream-cursor');
  for (const name of names) assert.equal((await status(name)).connections.open, 2);
  assert.match(await compose('exec', '-T', 'freshet-1', 'freshetctl', 'status'), /^\S+ +ready /m);
  const said = await compose('exec', '-T', 'redis', 'redis-cli', 'FCALL', 'freshet_publish', '1', 'demo', 'hello');
  const [id] = said.match(/^\d{16}$/m);
  for (const stream of streams) {
    const event = await stream.next();
    assert.deepEqual([event.id, event.data], [id, 'hello']);
  }

  const [first] = names;
  await compose('stop', 'freshet-1');
  assert.equal(await engine.inspect(first, '{{.State.ExitCode}}'), '0');
  const log = await logs(first);
  assert.equal([...log.matchAll(/stream ended: reason=drain address=203\.0\.113\.7 /g)].length, 2, log);
  const missed = await publish('freshet_redis_1', 'while it was away');
  const ended = streams.filter((stream) => stream.ended);
  assert.equal(ended.length, 2);
  for (const {lastEventId} of ended) {
    const again = open(t, url, {lastEventId});
    assert.equal((await again.control('stream-cursor')).json.resume, 'complete');
    assert.equal((await again.next()).id, missed);
  }

  await compose('start', 'freshet-1');
  await healthy(first);
  await until(() => compose('exec', '-T', 'nginx', 'nginx', '-s', 'reload').catch(() => false), 'nginx to look up both names', {every: 200});
  await until(async () => {
    await open(t, url).opening();
    return (await status(first)).connections.open > 0;
  }, 'nginx to use the instance again');
});
