// The commands of a page of the documentation that are marked to be run, for tests that follow it word by word.
import assert from 'node:assert/strict';
import fs from 'node:fs';

/**
 * The fenced blocks of a Markdown file whose info string has a mark after the language, as in "```sh run": a list of
 * {heading, language, mark, text} in their order. (What comes after the language is not shown to readers.)
 */
export function markedBlocks(file) {
  const blocks = [];
  let heading = '';
  let open;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const fence = line.match(/^```(\w*)(?: (\w+))?$/);
    if (open) {
      if (line === '```') {
        if (open.mark) blocks.push({...open, text: `${open.lines.join('\n')}\n`});
        open = undefined;
      } else {
        open.lines.push(line);
      }
    } else if (fence) {
      open = {heading, language: fence[1], mark: fence[2], lines: []};
    } else {
      heading = line.match(/^#+ (.*)$/)?.[1] ?? heading;
    }
  }
  assert.equal(open, undefined, `an open fence in ${file}`);
  return blocks;
}
