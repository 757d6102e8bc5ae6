// The manual pages: they render without a warning, and say what the programs and the configuration say of themselves.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {helpOf} from '../support/help.mjs';
import {run} from '../support/process.mjs';

const file = (name) => fileURLToPath(new URL(`../../docs/man/${name}`, import.meta.url));
const source = (name) => fs.readFileSync(file(name), 'utf8');
const pages = fs.readdirSync(file('.'));

/** `config/freshet.yaml` as a list of [key, default]. Its values are on one line each. */
function shippedKeys() {
  const keys = [];
  const parents = [];
  const text = fs.readFileSync(new URL('../../config/freshet.yaml', import.meta.url), 'utf8');
  for (const line of text.split('\n')) {
    const match = line.match(/^( *)(\w+):(?: (.*))?$/);
    if (!match) continue;
    const [, indent, name, value] = match;
    parents.length = indent.length / 2;
    parents.push(name);
    if (value !== undefined) keys.push([parents.join('.'), value]);
  }
  return keys;
}

test('they render without a warning', async (t) => {
  assert.deepEqual(pages.sort(), ['freshet.yaml.5', 'freshetctl.1', 'freshetd.8']);
  for (const page of pages) {
    await t.test(page, async () => {
      const lint = await run('mandoc', ['-T', 'lint', '-W', 'warning', file(page)]);
      assert.equal(lint.stdout + lint.stderr, '');
      const man = await run('man', ['--warnings', '--local-file', file(page)], {env: {LC_ALL: 'C.UTF-8', MANROFFSEQ: '', MANWIDTH: '80'}});
      assert.deepEqual([man.code, man.stderr], [0, '']);
      assert.match(man.stdout, /NAME[^]*SEE ALSO/);
    });
  }
});

test('freshetd(8) and freshetctl(1) have every option, and no other', async () => {
  const named = (page) => [...new Set([...source(page).matchAll(/^\.It .*?Fl -([\w-]+)/gm)].map(([, option]) => `--${option}`))].sort();
  const daemon = await helpOf('freshetd');
  assert.ok(daemon.options.length > 10);
  assert.deepEqual(named('freshetd.8'), daemon.options);

  const top = await helpOf('freshetctl');
  const options = new Set(top.options);
  for (const command of top.subcommands) {
    const own = await helpOf('freshetctl', command);
    const words = [command, ...own.subcommands];
    assert.match(source('freshetctl.1'), new RegExp(`^\\.Ss ${words.join(' ')}$`, 'm'));
    for (const option of (await helpOf('freshetctl', ...words)).options) options.add(option);
  }
  assert.deepEqual(named('freshetctl.1'), [...options].sort());
});

test('they have every exit code', async () => {
  for (const [name, page] of [['freshetd', 'freshetd.8'], ['freshetctl', 'freshetctl.1']]) {
    const [, list] = (await helpOf(name)).text.match(/Exit codes: ([^]*)$/);
    const [, section] = source(page).match(/^\.Sh EXIT STATUS\n([^]*?)^\.El$/m);
    const codes = (text, pattern) => [...text.matchAll(pattern)].map(([, code]) => code);
    assert.deepEqual(codes(section, /^\.It (\d+)$/gm), codes(list, /(?:^|[,;]\s)(\d+) /g));
  }
});

test('freshet.yaml(5) has every key with its default, and no other', () => {
  const shipped = shippedKeys();
  assert.ok(shipped.length > 60, `${shipped.length} keys`);
  const documented = [...source('freshet.yaml.5').matchAll(/^\.It Cm (\S+) Pq (.*), (?:restart|reload)"?$/gm)]
    .map(([, key, value]) => [key, value.replace(/^"/, '').replaceAll('\\(dq', '"')]);
  const plain = (entries) => Object.fromEntries(entries.map(([key, value]) => [key, value.replace(/^"(.+)"$/, '$1')]));
  assert.deepEqual(plain(documented), plain(shipped));
});

test('freshet.yaml(5) says of every key how a change comes into force, as docs/configuration.md does', () => {
  const tables = fs.readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
  const changes = Object.fromEntries([...tables.matchAll(/^\| `([\w.]+)` \|.*\| (restart|reload) \|$/gm)].map(([, key, change]) => [key, change]));
  const documented = Object.fromEntries(
    [...source('freshet.yaml.5').matchAll(/^\.It Cm (\S+) Pq .*, (restart|reload)"?$/gm)].map(([, key, change]) => [key, change]));
  assert.deepEqual(documented, changes);
});
