// Runs the fault suite and prints what it measured as the table of docs/reliability.md: for each test how long until the fault
// was noticed, and until everybody was served again once it was over. Of several runs, the middle and the worst.
//
//   FRESHETD=… node tests/support/recovery_table.mjs [--runs N] [FILE…]
import fs from 'node:fs';
import path from 'node:path';
import {run} from 'node:test';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const folder = fileURLToPath(new URL('../integration', import.meta.url));
const {values, positionals} = parseArgs({options: {runs: {type: 'string', default: '1'}}, allowPositionals: true});
const files = positionals.length > 0 ? positionals.map((file) => path.resolve(file))
  : fs.readdirSync(folder).filter((name) => /^faults_.*\.test\.mjs$/.test(name)).sort().map((name) => path.join(folder, name));

/** `file: test` → {noticed: [ms], recovered: [ms]}. */
const measured = new Map();
let failed = 0;

async function measure(file) {
  const stream = run({files: [file], concurrency: 1});
  stream.on('test:fail', ({name, details}) => {
    failed += 1;
    console.error(`failed: ${path.basename(file)}: ${name}: ${details.error?.cause?.message ?? details.error?.message}`);
  });
  stream.on('test:diagnostic', ({message}) => {
    const match = message.match(/^recovery: (\d+) ms(?:, noticed after (\d+) ms)? \((.*)\)$/);
    if (!match) return;
    const [, recovered, noticed, test] = match;
    const name = `${path.basename(file, '.test.mjs')} | ${test}`;
    if (!measured.has(name)) measured.set(name, {noticed: [], recovered: []});
    measured.get(name).recovered.push(Number(recovered));
    if (noticed) measured.get(name).noticed.push(Number(noticed));
  });
  for await (const _ of stream);
}

for (let round = 0; round < Number(values.runs); round += 1) {
  for (const file of files) await measure(file);
}

const seconds = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

function words(list) {
  if (list.length === 0) return '–';
  const sorted = [...list].sort((a, b) => a - b);
  const [middle, worst] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return middle === worst ? seconds(worst) : `${seconds(middle)} (${seconds(worst)})`;
}

console.log('| file | test | noticed after | recovered after |\n|---|---|---|---|');
for (const [name, {noticed, recovered}] of measured) console.log(`| ${name} | ${words(noticed)} | ${words(recovered)} |`);
process.exitCode = failed > 0 ? 1 : 0;
