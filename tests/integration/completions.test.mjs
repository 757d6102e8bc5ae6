// The completions of bash and zsh offer what `--help` names: every option, and nothing else.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {helpOf} from '../support/help.mjs';
import {run} from '../support/process.mjs';

const folder = fileURLToPath(new URL('../../deploy/completions/', import.meta.url));
const zshScript = fileURLToPath(new URL('../support/zsh_matches.zsh', import.meta.url));

async function lines(command, args) {
  const {code, stdout, stderr} = await run(command, args);
  assert.deepEqual([code, stderr], [0, ''], stdout);
  return stdout.split('\n').filter((line) => line.trim() !== '').sort();
}

/** What completes the last of `words`, which may be empty. */
const shells = {
  bash: (words) => lines('bash', ['--norc', '-euc', `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    "_$1" "$1" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash', path.join(folder, `${words[0]}.bash`), ...words]),
  zsh: (words) => lines('zsh', ['-f', zshScript, folder, words.join(' ')]),
};

for (const [shell, matches] of Object.entries(shells)) {
  test(`${shell} completes freshetd`, async () => {
    const {options} = await helpOf('freshetd');
    assert.ok(options.length > 10, `${options}`);
    assert.deepEqual(await matches(['freshetd', '--']), options);
    assert.deepEqual(await matches(['freshetd', '--memory', '--log-l']), ['--log-level']);
    assert.deepEqual(await matches(['freshetd', '--log-level', '']), ['debug', 'error', 'info', 'trace', 'warn']);
  });

  test(`${shell} completes freshetctl`, async () => {
    const {subcommands: commands} = await helpOf('freshetctl');
    assert.ok(commands.length > 4, `${commands}`);
    const first = await matches(['freshetctl', '']);
    assert.deepEqual(first.filter((word) => !word.startsWith('-')), commands);
    for (const command of commands) {
      const help = await helpOf('freshetctl', command);
      const words = [command];
      if (help.subcommands.length > 0) {
        assert.deepEqual((await matches(['freshetctl', command, ''])).filter((word) => !word.startsWith('-')), help.subcommands);
        words.push(help.subcommands[0]);
      }
      const {options} = await helpOf('freshetctl', ...words);
      assert.deepEqual(await matches(['freshetctl', ...words, '--']), options, words.join(' '));
    }
  });
}
