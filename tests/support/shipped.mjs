// The files that are delivered in deploy/, and edits of them for tests.
import assert from 'node:assert/strict';
import fs from 'node:fs';

/** The text of a file of deploy/. */
export const shipped = (name) => fs.readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

/** As String.replace, of something that has to be there. */
export function replaced(text, pattern, replacement) {
  assert.match(text, pattern);
  return text.replace(pattern, replacement);
}
