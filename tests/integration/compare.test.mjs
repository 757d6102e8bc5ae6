// loadtest/compare with stand-ins for what it measures: what it makes of numbers, of peers that fail, and of Ctrl-C.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {temporaryFolder} from '../support/freshetd.mjs';
import {Program} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

const compare = fileURLToPath(new URL('../../loadtest/compare', import.meta.url));

// Answers everything where --listen says, and leaves its pid.
const server = `
import fs from 'node:fs';
import http from 'node:http';
const args = process.argv.slice(2);
if (args.includes('--coalescing')) throw new Error('cannot coalesce');
const [host, port] = args[args.indexOf('--listen') + 1].split(':');
http.createServer((request, response) => response.end()).listen({host, port: Number(port)});
fs.writeFileSync(process.env.BUILD + '/server.pid', String(process.pid));
`;

// Reports 6 µs and then 9 µs for a server that replays, which freshetd does, half of that for others.
const client = `
import fs from 'node:fs';
const args = process.argv.slice(2);
const runs = process.argv[1] + (args.includes('--no-resume') ? '.others' : '.replaying');
fs.appendFileSync(runs, '.');
if (fs.existsSync(process.argv[1] + '.hang')) setInterval(() => {}, 1000);
else {
  const factor = fs.readFileSync(runs, 'utf8').length === 1 ? 1 : 1.5;
  const cpu = factor * (args.includes('--no-resume') ? 3 : 6);
  fs.writeFileSync(args[args.indexOf('--json') + 1], JSON.stringify({
    server: {cpu_us_per_delivery: cpu}, latency_us: {p50: 1000, p99: 2000}, faults: {missing: 0, repeated: 2, out_of_order: 0},
  }));
}
`;

/** A build folder of stand-ins. */
function standIns(t) {
  const folder = temporaryFolder(t, 'compare');
  const programs = {'daemon/freshetd': server, 'loadtest/references/limit': server, 'loadtest/sseload': client};
  for (const [name, source] of Object.entries(programs)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), {recursive: true});
    fs.writeFileSync(`${file}.mjs`, source);
    fs.writeFileSync(file, `#!/bin/sh\nexec node "$0.mjs" "$@"\n`, {mode: 0o755});
  }
  return folder;
}

const start = (build, ...args) => new Program(compare, ['--build', build, '--out', path.join(build, 'out'), ...args]);

test('medians, ratios of the same repetition, targets and failing peers stand in the report', async (t) => {
  const build = standIns(t);
  const program = start(build, '--only', 'broadcast', '--peers', 'freshetd,limit-coalescing', '--repetitions', '3');
  assert.deepEqual(await program.exit(), {code: 0, signal: null}, program.describe());
  const report = fs.readFileSync(path.join(build, 'out/report.md'), 'utf8');
  assert.match(report, /\| freshetd \| 9\.00 µs \(2\.00 ×\) \| 1\.0 ms \(1\.00 ×\) \| 2\.0 ms \(1\.00 ×\) \| 6 twice \|/);
  assert.match(report, /\| limit \| 4\.50 µs \| /);
  assert.match(report, /\| limit-coalescing \| failed: start ended \(exit code 1\): Error: cannot coalesce \|/);
  assert.match(report, /\| Paced broadcast \| CPU per event to limit \| ≤ 1\.10 × \| 2\.00 × \| \*\*not reached\*\* \|/);
  assert.match(report, /\| p99 to limit \| ≤ 1\.20 × \| 1\.00 × \| reached \|/);
  assert.match(report, /\| Burst \| [^|]* \| [^|]* \| – \| not measured \|/);
  assert.match(report, /\| events lost, twice or out of order \| none \| some \| \*\*not reached\*\* \|/);
  const {runs} = JSON.parse(fs.readFileSync(path.join(build, 'out/results.json'), 'utf8'));
  assert.deepEqual(runs.slice(0, 3).map(({peer}) => peer), ['freshetd', 'limit', 'limit-coalescing']);
  assert.deepEqual(runs.slice(3, 6).map(({peer}) => peer), ['limit', 'limit-coalescing', 'freshetd']);
});

test('an interrupted comparison leaves nothing running', async (t) => {
  const build = standIns(t);
  const client = path.join(build, 'loadtest/sseload.mjs');
  fs.writeFileSync(`${client}.hang`, '');
  const program = start(build, '--only', 'connect', '--peers', 'freshetd');
  await until(() => fs.existsSync(`${client}.replaying`), 'the client to run', {detail: () => program.describe()});
  const pid = Number(fs.readFileSync(path.join(build, 'server.pid')));
  assert.ok(fs.existsSync(`/proc/${pid}`));
  program.signal('SIGINT');
  assert.deepEqual(await program.exit(), {code: 130, signal: null}, program.describe());
  await until(() => !fs.existsSync(`/proc/${pid}`), 'the server to end');
});

test('unknown names are usage errors', async (t) => {
  for (const args of [['--only', 'sleeping'], ['--peers', 'nobody'], ['--quick', '--full'], ['--repetitions', '0'], ['--from', '/nowhere']]) {
    const program = start(standIns(t), ...args);
    assert.equal((await program.exit()).code, 64, args.join(' '));
    assert.match(program.stderr, /usage: loadtest\/compare/);
  }
});
