// docs/performance.md: prose by hand, with parts between markers that a comparison fills in.
import fs from 'node:fs';

/** Replaces what stands between `<!-- begin: NAME -->` and `<!-- end: NAME -->` by the parts of that name. */
export function refresh(file, parts) {
  let text = fs.readFileSync(file, 'utf8');
  for (const [name, content] of Object.entries(parts)) {
    const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${file}: no ${begin} … ${end}`);
    text = `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
  }
  fs.writeFileSync(file, text);
}
