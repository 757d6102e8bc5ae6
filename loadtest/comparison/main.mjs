// loadtest/compare, once its packages are installed: see options.mjs for what it takes.
import fs from 'node:fs';
import path from 'node:path';

import {build, BuildError, installNodePeer} from './build.mjs';
import {cores} from './cores.mjs';
import {describeMachine} from './machine.mjs';
import {shown} from './measures.mjs';
import {parseOptions, usage, UsageError} from './options.mjs';
import {loadRaw, refreshPage, saveRaw, writeReport} from './report.mjs';
import {measure} from './run.mjs';
import {schedule} from './schedule.mjs';
import {worksOf} from './works.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

function told({values, error, seconds}, measures) {
  if (error) return `failed: ${error}`;
  return `${measures.map((name) => shown(name, values[name])).join(', ')}  (${seconds.toFixed(0)} s)`;
}

async function runAll(options) {
  // A peer that cannot be installed is a row that says so.
  try {
    if (options.peers.includes('node')) installNodePeer();
  } catch (error) {
    say(`Node.js peer: ${error.message}`);
  }
  const folder = options.build ? path.resolve(options.build) : build();
  const works = worksOf(options.scale).filter(({name}) => options.only.includes(name));
  const runs = schedule(works, {repetitions: options.repetitions, wanted: options.peers});
  const results = {
    kind: options.kind, date: new Date().toISOString().slice(0, 10), scale: options.scale, repetitions: options.repetitions,
    ...await describeMachine(folder), runs: [],
  };
  const context = {build: folder, ...cores()};
  say(`Server on core ${context.serverCore}, client and Redis on core ${context.clientCore}; ${runs.length} runs.`);
  for (const [index, planned] of runs.entries()) {
    const name = [planned.work.name, planned.point.name, planned.peer, planned.repetition].filter(Boolean).join(' · ');
    const result = await measure(planned, context);
    results.runs.push(result);
    say(`${index + 1}/${runs.length} ${name}: ${told(result, planned.work.measures)}`);
    saveRaw(options.out, results);
  }
  return results;
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);
  options.out = path.resolve(options.out ?? options.from ?? 'build/loadtest');
  const begin = Date.now();
  const results = options.from ? loadRaw(options.from) : await runAll(options);
  if (options.from && options.out !== path.resolve(options.from)) saveRaw(options.out, results);
  const written = [await writeReport(options.out, results), ...options.docs ? [await refreshPage(results)] : []];
  const failed = results.runs.filter((run) => run.error).length;
  say(`${results.runs.length} runs, ${failed} failed, ${((Date.now() - begin) / 60_000).toFixed(1)} min.`);
  for (const file of written) process.stdout.write(`${path.relative('', file)}\n`);
  process.stdout.write(fs.readFileSync(written[0], 'utf8').match(/## Targets\n\n([^]*?)\n\n/)[1] + '\n');
}

// What was started ends with this process (the kernel sees to that); folders are removed here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

main().catch((error) => {
  if (error instanceof UsageError) say(`compare: ${error.message}\n\n${usage}`);
  else say(`compare: ${error instanceof BuildError ? error.message : error.stack}`);
  process.exitCode = error instanceof UsageError ? 64 : 1;
});
