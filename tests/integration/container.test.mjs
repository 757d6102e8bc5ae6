// deploy/container, as far as it can be tried without a container engine.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {runFreshetd, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {Program, run} from '../support/process.mjs';
import {freePort, startRedis} from '../support/redis.mjs';
import {SseClient} from '../support/sse.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const file = (name) => path.join(root, 'deploy/container', name);
const text = (name) => fs.readFileSync(file(name), 'utf8');

/** The instructions of the Dockerfile by stage: [[instruction, rest], …]. */
function stages() {
  const joined = text('Dockerfile').replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '');
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

async function yaml(name) {
  const {code, stdout, stderr} = await run('ruby', ['-ryaml', '-rjson', '-e', 'puts JSON.dump(YAML.load_file(ARGV[0], aliases: true))', file(name)]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test('what the Dockerfile copies is all that the build needs', async (t) => {
  const folder = temporaryFolder(t, 'container');
  const source = path.join(folder, 'src');
  fs.mkdirSync(source);
  const [build, final] = stages();
  for (const [name] of [...copies(build), ...copies(final)]) assert.ok(fs.existsSync(path.join(root, name)), `${name} exists`);
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

test('packages: those of install-packages to build, those of the Debian package to run', () => {
  const [build, final] = stages();
  const runs = (stage) => stage.filter(([instruction]) => instruction === 'RUN').map(([, rest]) => rest);
  assert.deepEqual(runs(build), ['deploy/install-packages package', 'deploy/package && mv build/release/freshetd_*.deb /']);
  const installs = runs(final).join('\n').match(/apt-get install -y --no-install-recommends (.*?) &&/)[1].split(' ');
  assert.deepEqual(installs, ['/tmp/freshetd_*.deb', 'systemd-standalone-sysusers', 'ca-certificates']);
  const base = [build, final].map(([[, from]]) => from.split(' ')[0]);
  assert.deepEqual(base, ['debian:12-slim', 'debian:12-slim'], 'libraries are those that it was built with');
});

test('it does not run as root, and has a health check', () => {
  const final = Object.fromEntries(stages()[1]);
  assert.match(final.USER, /^[1-9]\d*:[1-9]\d*$/);
  assert.match(final.HEALTHCHECK, /CMD \["freshet-healthcheck"\]$/);
  assert.ok(fs.statSync(file('healthcheck')).mode & 0o111, 'it can be executed');
});

test('the pieces of the composition fit together', async () => {
  const {services, volumes} = await yaml('compose.yaml');
  const [, from] = text('nginx.conf').match(/upstream freshet \{([^}]*)\}/);
  const upstreams = [...from.matchAll(/server (\S+):(\d+) max_fails=0;/g)].map(([, name, port]) => [name, port]);
  const instances = Object.keys(services).filter((name) => services[name].image === 'freshet');
  assert.deepEqual(upstreams, instances.map((name) => [name, stages()[1].find(([each]) => each === 'EXPOSE')[1]]));
  assert.equal(upstreams.length, 2);
  for (const name of instances) {
    const {build, environment, stop_grace_period: grace} = services[name];
    assert.ok(fs.existsSync(path.resolve(root, 'deploy/container', build.context, build.dockerfile)));
    assert.equal(environment.FRESHET_BACKPLANE_REDIS_URL, 'redis://redis:6379/0');
    assert.ok(parseInt(grace, 10) > 10, 'more than drain.period');
    const {code, stdout, stderr} = await runFreshetd(['--config', file('freshet.yaml'), '--print-config'], {env: environment});
    assert.equal(code, 0, stderr);
    for (const value of [`0.0.0.0:${upstreams[0][1]}`, 'listen: "127.0.0.1:9080"', 'type: redis', 'period: 10s']) assert.ok(stdout.includes(value), stdout);
  }
  assert.deepEqual(services.nginx.volumes, ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']);
  assert.ok('redis' in services && 'redis' in volumes);
});

test('an event comes through nginx and each instance; the health check sees one stop', async (t) => {
  const {services} = await yaml('compose.yaml');
  const redis = await startRedis(t);
  const instances = [];
  for (const instance of ['freshet-1', 'freshet-2']) {
    instances.push(await startFreshetd(t, {config: `${text('freshet.yaml')}drain: {period: 200ms}\n`, env: services[instance].environment,
      redis: redis.url, dev: false, instance}));
  }
  const folder = temporaryFolder(t, 'nginx');
  const port = await freePort();
  let site = text('nginx.conf').replace('listen 80;', `listen 127.0.0.1:${port};`);
  for (const each of instances) site = site.replace(`${each.options.instance}:8080`, `127.0.0.1:${each.port}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
  fs.writeFileSync(path.join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}\nhttp { access_log off;\n${temporary}\n${site}}\n`);
  const options = ['-e', 'stderr', '-p', folder, '-c', path.join(folder, 'nginx.conf')];
  const checked = await run('nginx', ['-t', ...options]);
  assert.equal(checked.code, 0, checked.stderr);
  const nginx = new Program('nginx', options);
  t.after(() => nginx.running && nginx.kill9());
  await nginx.output(/using the "epoll"/);

  const streams = [];
  for (let each = 0; each < 4; ++each) {
    const stream = new SseClient(`http://127.0.0.1:${port}`, '/events?channel=demo');
    t.after(() => stream.close());
    await stream.opening();
    streams.push(stream);
  }
  for (const instance of instances) assert.ok(await instance.metric('freshet_connections') > 0, 'both have streams');
  const id = await instances[0].publish('demo', 'hello');
  for (const stream of streams) {
    const event = await stream.next();
    assert.deepEqual([event.id, event.data], [id, 'hello']);
  }

  const health = (daemon) => run('bash', [file('healthcheck')], {env: {FRESHET_OPS_LISTEN: `0.0.0.0:${daemon.opsPort}`}});
  assert.equal((await health(instances[0])).code, 0);
  const {opsPort} = instances[0];
  await instances[0].stop();
  assert.notEqual((await health({opsPort})).code, 0);
  assert.notEqual((await health({opsPort: redis.port})).code, 0, 'something else is not health');
});
