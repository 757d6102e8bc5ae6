// No finding of clang-tidy in lib/, daemon/ and loadtest/: prints those there are, and exits 1.
//
//   node tests/lint/clang_tidy.mjs CLANG-TIDY BUILD-DIR
//
// Most of the time for one file goes into matching the headers that it includes, so files of one folder are matched
// together, as one source that includes them all. Only what looks at nothing but the main file runs on each file alone: the
// analyzer, which does no matching, and two checks more. A batch which is not clean proves nothing yet, as files may not go
// together after all: its halves are looked at, and their halves, and what counts is what a file shows alone.
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [clangTidy, buildFolder] = process.argv.slice(2);
const filesPerBatch = 12;
const looksAt = /^(?:lib|daemon|loadtest)\//;
const outputAndSource = / -o \S+ -c \S+$/;
const folder = path.join(buildFolder, 'clang_tidy');

// The compile commands are GCC's, and may name warnings that clang does not have.
const commonOptions = ['-p', folder, '--quiet', '--config-file=.clang-tidy', '--extra-arg=-Wno-unknown-warning-option'];

// The checks that look at nothing which is included, and have to run on each file alone.
const needsMainFile = /^(?:clang-analyzer-.*|misc-unused-alias-decls|misc-unused-using-decls)$/;
const listed = execFileSync(clangTidy, ['--config-file=.clang-tidy', '--list-checks'], {encoding: 'utf8'});
const mainFileChecks = listed.split('\n').map((line) => line.trim()).filter((check) => needsMainFile.test(check));
const options = {
  together: ['--checks=' + mainFileChecks.map((check) => `-${check}`).join()],
  alone: ['--checks=' + ['-*', ...mainFileChecks].join()],
};

// The files to look at, in groups of those that stand in one folder and are compiled alike.
function groupsOfFiles() {
  const groups = new Map();
  const seen = new Set();
  for (const {file, directory, command} of JSON.parse(fs.readFileSync(path.join(buildFolder, 'compile_commands.json')))) {
    if (!looksAt.test(path.relative('.', file)) || seen.has(file)) continue;
    seen.add(file);
    if (!outputAndSource.test(command)) throw new Error(`not understood: ${command}`);
    const flags = command.replace(outputAndSource, '');
    const group = `${path.dirname(file)} ${flags}`;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push({file, directory, flags, files: [file], parts: []});
  }
  return [...groups.values()];
}

// One source for all members, and for either half of them; a single file stands for itself.
function batchOf(members, name) {
  if (members.length === 1) return members[0];
  const file = path.join(folder, `batch_${name}.cpp`);
  const files = members.map((member) => member.file);
  fs.writeFileSync(file, files.map((each) => `#include "${each}"  // NOLINT(bugprone-suspicious-include)\n`).join(''));
  const middle = Math.ceil(members.length / 2);
  const parts = [batchOf(members.slice(0, middle), `${name}a`), batchOf(members.slice(middle), `${name}b`)];
  return {...members[0], file, files, parts};
}

// What a file declares for itself alone, as well as its text tells.
function localNames(file) {
  const text = fs.readFileSync(file, 'utf8');
  const local = text.match(/^namespace \{\n([^]*?)^\}  \/\/ namespace$/m)?.[1] ?? '';
  const names = [...local.matchAll(/^(?!using\b)[a-z][^\n(={;]*?\b(\w+)(?= *[(={;[]| : )/gim)].map((match) => match[1]);
  return /^(?:int main|BENCHMARK_MAIN)\(/m.test(text) ? [...names, 'main'] : names;
}

// Cuts a group into batches of about the same size, with no name twice in one.
function batchesOf(group, from) {
  const batches = Array.from({length: Math.ceil(group.length / filesPerBatch)}, () => ({members: [], names: new Set()}));
  for (const source of group) {
    const names = localNames(source.file);
    batches.sort((a, b) => a.members.length - b.members.length);
    let batch = batches.find((each) => !names.some((name) => each.names.has(name)));
    if (!batch) batches.push(batch = {members: [], names: new Set()});
    batch.members.push(source);
    for (const name of names) batch.names.add(name);
  }
  return batches.map(({members}, index) => batchOf(members, from + index));
}

// A batch, all that it may be cut into, and the files themselves.
const withParts = (batch) => [batch, ...batch.parts.flatMap(withParts)];

function look(file, more) {
  return new Promise((resolve, reject) => {
    const child = spawn(clangTidy, [...commonOptions, ...more, file], {stdio: ['ignore', 'pipe', 'pipe']});
    let findings = '';
    let remarks = '';
    child.stdout.on('data', (data) => (findings += data));
    child.stderr.on('data', (data) => (remarks += data));
    child.on('error', reject);
    child.on('close', (status) => resolve({clean: status === 0, text: findings || remarks}));
  });
}

// Does the work, {source, kind} each, on every processor, and returns what was not clean, with what was said of it.
async function lookAtAll(work) {
  const waiting = [...work];
  const unclean = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const {clean, text} = await look(next.source.file, options[next.kind]);
      if (!clean) unclean.push({...next, text});
    }
  };
  await Promise.all(os.cpus().map(worker));
  return unclean;
}

fs.rmSync(folder, {recursive: true, force: true});
fs.mkdirSync(folder, {recursive: true});
const batches = [];
for (const group of groupsOfFiles()) batches.push(...batchesOf(group, batches.length));
if (batches.length === 0) throw new Error(`${buildFolder}/compile_commands.json names no file of lib/, daemon/ or loadtest/`);
const sources = batches.flatMap(withParts);
fs.writeFileSync(path.join(folder, 'compile_commands.json'),
  JSON.stringify(sources.map(({file, directory, flags}) => ({file, directory, command: `${flags} -c ${file}`})), null, 2));

const files = sources.filter(({parts}) => parts.length === 0);

// The largest first, so that no processor is left with a large one at the end.
batches.sort((a, b) => b.files.length - a.files.length);
const together = (source) => ({source, kind: 'together'});
let work = [...batches.map(together), ...files.map((source) => ({source, kind: 'alone'}))];
const findings = [];
while (work.length > 0) {
  const unclean = await lookAtAll(work);
  findings.push(...unclean.filter(({source}) => source.parts.length === 0));
  work = unclean.flatMap(({source}) => source.parts).map(together);
}

for (const {text} of findings) console.log(text.trimEnd());
const unclean = new Set(findings.map(({source}) => source.file));
console.log(`${files.length} files in ${batches.length} batches, ${unclean.size} with findings`);
if (findings.length > 0) process.exit(1);
