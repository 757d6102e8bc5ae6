// The project's own rules, checked over its sources: who may include what, how long a file may be, what is not left in.
// Prints one line per finding, `path:line: finding`, and exits 1 when there is any.
//
//   node tests/lint/rules.mjs [DIRECTORY]
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(process.argv[2] ?? '.');

// Which rooms each room of lib/ stands on. It may include them and what they stand on, nothing else.
const standsOn = {
  base: [],
  sse: ['base'],
  http: ['base'],
  uv: ['base'],
  tls: ['base'],
  config: ['base'],
  auth: ['base'],
  broker: ['sse'],
  redis: ['uv', 'tls', 'broker'],
  server: ['http', 'broker', 'uv', 'auth'],
};

// The rooms that may include an outside library, by the beginning of its headers' names.
const libraryRooms = {
  'uv.h': ['uv'],
  'hiredis': ['redis'],
  'yaml-cpp/': ['config'],
  'llhttp': ['http'],
  'prometheus/': ['server'],
  'spdlog/': ['daemon'],
  'CLI/': ['daemon', 'loadtest'],
  'systemd/': ['daemon'],
  'openssl/': ['auth', 'tls'],
  'sodium': ['base'],
  'catch2/': ['tests'],
};

const maxLines = 500;
const sourceFolders = ['lib', 'daemon', 'loadtest', 'tests', 'deploy', 'cmake', 'config', '.ci'];
const skipped = new Set(['node_modules', 'build', '.git', 'corpus']);
const findings = [];

const report = (file, line, text) => findings.push(`${path.relative(root, file)}:${line}: ${text}`);

function* filesBelow(folder) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, {withFileTypes: true})) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* filesBelow(name);
    if (entry.isFile()) yield name;
  }
}

function reachable(room, found = new Set()) {
  for (const next of standsOn[room] ?? []) {
    if (!found.has(next)) reachable(next, found.add(next));
  }
  return found;
}

// The room of a C++ file: its folder in lib/, or the top folder for everything else.
function roomOf(file) {
  const [top, folder] = path.relative(root, file).split(path.sep);
  return top === 'lib' ? folder : top;
}

function checkIncludes(file, lines) {
  const room = roomOf(file);
  const inLib = path.relative(root, file).startsWith(`lib${path.sep}`);
  if (inLib && !(room in standsOn)) report(file, 1, `lib/${room} is in no row of the table in tests/lint/rules.mjs`);
  const allowed = reachable(room).add(room);
  lines.forEach((line, index) => {
    const include = line.match(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/)?.[1];
    if (!include) return;
    const target = include.split('/')[0];
    if (inLib && include.includes('/') && target in standsOn && !allowed.has(target)) {
      report(file, index + 1, `${room} must not include ${include}: it does not stand on ${target}`);
    }
    if (include.startsWith('..') || include.startsWith('./')) report(file, index + 1, 'includes are relative to lib/');
    for (const [header, rooms] of Object.entries(libraryRooms)) {
      if (include.startsWith(header) && !rooms.includes(room) && !(room === 'tests' && rooms.includes(unitRoom(file)))) {
        report(file, index + 1, `${include} belongs to ${rooms.join(', ')} only`);
      }
    }
  });
}

// tests/unit/<room> may use what its room uses.
const unitRoom = (file) => path.relative(root, file).split(path.sep)[2];

const looksLikeCode = /^\s*\/\/\s*(?:(?:return|if|for|while|auto|const|else|std::|#include)\b.*[;{)]|[\w:.>()-]+\(.*\);|[\w:<>]+ [\w.]+ = .*;|[{}])\s*$/;

function checkCpp(file, text, lines) {
  checkIncludes(file, lines);
  if (file.endsWith('.h')) {
    if (!lines.some((line) => line === '#pragma once')) report(file, 1, '#pragma once is missing');
    const guard = lines.findIndex((line, index) => /^#\s*ifndef \w+_H_?$/.test(line) && /^#\s*define/.test(lines[index + 1]));
    if (guard >= 0) report(file, guard + 1, 'include guard: #pragma once is enough');
  }
  lines.forEach((line, index) => {
    if (/catch\s*\(\s*\.\.\.\s*\)/.test(line)) report(file, index + 1, 'catch (...) hides every error');
    if (looksLikeCode.test(line)) report(file, index + 1, 'commented-out code');
    if (/^\s*#\s*if\s+0\b/.test(line)) report(file, index + 1, 'commented-out code (#if 0)');
    if (/\busing namespace std;/.test(line)) report(file, index + 1, 'using namespace std');
  });
}

function checkText(file, text, lines) {
  if (text.includes('\r')) report(file, 1, 'carriage returns');
  if (text !== '' && !text.endsWith('\n')) report(file, lines.length, 'no newline at the end');
  if (lines.length > maxLines) report(file, maxLines, `${lines.length} lines: more than ${maxLines}`);
  const isThisFile = file === path.join(root, 'tests/lint/rules.mjs');
  lines.forEach((line, index) => {
    if (/[ \t]+$/.test(line)) report(file, index + 1, 'trailing whitespace');
    if (!isThisFile && /\b(?:TODO|FIXME|XXX|HACK)\b/.test(line)) report(file, index + 1, 'something left for later');
    if (/(?<![\w/.-])\/(?:work|farm)\//.test(line)) report(file, index + 1, 'a path of one machine');
  });
}

// Links of Markdown files: to files that exist, and to headings that exist.
const anchorOf = (heading) =>
  heading.replace(/<[^>]*>|[`*]|\[([^\]]*)\]\([^)]*\)/g, '$1').trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');

const withoutCode = (text) => text.replace(/^(```|~~~)[^]*?^\1/gm, (block) => block.replace(/[^\n]/g, ''));

function anchorsIn(file) {
  const headings = withoutCode(fs.readFileSync(file, 'utf8')).matchAll(/^#+ +(.*)$/gm);
  return new Set([...headings].map((match) => anchorOf(match[1])));
}

function checkLinks(file, text) {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  const links = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g), ...prose.matchAll(/^\[[^\]]+\]: +(\S+)/gm),
    ...prose.matchAll(/<img [^>]*src="([^"]+)"/g)];
  for (const match of links) {
    const line = prose.slice(0, match.index).split('\n').length;
    const [target, anchor] = match[1].split('#');
    if (/^[a-z]+:/.test(match[1])) continue;
    const linked = target === '' ? file : path.resolve(path.dirname(file), decodeURIComponent(target));
    if (!fs.existsSync(linked)) report(file, line, `link to ${target}, which does not exist`);
    else if (anchor && linked.endsWith('.md') && !anchorsIn(linked).has(anchor)) {
      report(file, line, `link to ${match[1]}: no such heading`);
    }
  }
}

const textFile = /(?:\.(?:h|cpp|c|mjs|js|cmake|lua|md|yaml|yml|json|conf|html|css|py|sh|service|socket)|CMakeLists\.txt|\/[a-z_-]+)$/;
const cppFile = /\.(?:h|cpp)$/;

const sources = sourceFolders.flatMap((folder) => [...filesBelow(path.join(root, folder))]);
const topFiles = fs.readdirSync(root, {withFileTypes: true}).filter((entry) => entry.isFile());
const pages = [
  ...topFiles.map((entry) => path.join(root, entry.name)).filter((file) => file.endsWith('.md')),
  ...filesBelow(path.join(root, 'docs')),
  ...sources.filter((file) => file.endsWith('.md')),
].filter((file) => file.endsWith('.md'));

for (const file of sources) {
  if (!textFile.test(file) || file.endsWith('package-lock.json')) continue;
  const text = fs.readFileSync(file, 'utf8');
  const lines = text.replace(/\n$/, '').split('\n');
  checkText(file, text, lines);
  if (cppFile.test(file)) checkCpp(file, text, lines);
}
for (const file of new Set(pages)) checkLinks(file, fs.readFileSync(file, 'utf8'));

const lockFile = path.join(root, 'tests/package-lock.json');
if (fs.existsSync(lockFile) && /"resolved": "https?:/.test(fs.readFileSync(lockFile, 'utf8'))) {
  report(lockFile, 1, 'names a registry: install with tests/.npmrc in force');
}

for (const finding of findings) console.log(finding);
console.log(`${sources.length} source files, ${new Set(pages).size} pages, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
