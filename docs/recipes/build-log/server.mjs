// Runs a build and streams its output, line by line, with a percentage.
import {spawn} from 'node:child_process';
import crypto from 'node:crypto';
import readline from 'node:readline';
import {fileURLToPath} from 'node:url';

import {publish, startApp} from '../common/app.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const builds = new Map();   // id → {lines: [{text, percent}], code}; your database, or a file

async function build(id) {
  const {lines} = builds.get(id);
  const channel = `build:${id}`;
  const child = spawn('bash', [`${here}/build.sh`], {stdio: ['ignore', 'pipe', 'inherit']});
  const exited = new Promise((resolve) => child.on('close', resolve));
  let percent = 0;
  for await (const text of readline.createInterface({input: child.stdout})) {
    percent = Number(text.match(/^\[ *(\d+)%\]/)?.[1] ?? percent);
    const n = lines.push({text, percent}) - 1;
    // One after the other, so that they keep their order. The key makes a second try harmless.
    await publish(channel, JSON.stringify({n, text, percent}), {event: 'line', key: `${id}/${n}`});
  }
  const code = builds.get(id).code = await exited;
  await publish(channel, JSON.stringify({code, lines: lines.length}), {event: 'finished', key: `${id}/finished`});
}

await startApp(here, {
  'POST /builds': async () => {
    const id = crypto.randomUUID();
    builds.set(id, {lines: [], code: null});
    build(id).catch(console.error);
    return {id};
  },
  'GET /builds/:id': async ({params}) => builds.get(params.id),
});
