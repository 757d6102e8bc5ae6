// Streams the answer of a language model, token by token. The model here is a toy; yours is where nextTokens() is.
import crypto from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import {publish, startApp} from '../common/app.mjs';

const pace = Number(process.env.PACE_MS ?? 40);
const answers = new Map();   // id → {parts, text, done}: how many deltas there were, and all of them together. Your database.

/** What a model's API gives: pieces of text, of any length, at any pace. */
async function* nextTokens(question) {
  const text = `You asked: “${question}”\n\nServer-Sent Events are a long answer to an ordinary request: lines of text, one event after the ` +
    'other — “naïve”, some say, and that is their charm. 🌊\n\n  * Every event has an id.\n  * A client that comes back names the last one it saw.\n' +
    '  * The broker sends what is missing,\n    or says that it cannot.\n\nNothing is lost, and nothing comes twice.  (Two spaces, on purpose.)\n';
  for (const token of text.match(/\s*\S{1,6}|\s+$/gu)) {
    await sleep(pace * (0.5 + Math.random()));
    yield token;
  }
}

async function respond(id, question) {
  const answer = answers.get(id);
  const channel = `answer:${id}`;
  for await (const text of nextTokens(question)) {
    const n = answer.parts;
    answer.text += text;
    answer.parts += 1;
    // One after the other, so that they keep their order. The key makes a second try harmless.
    await publish(channel, JSON.stringify({n, text}), {event: 'delta', key: `${id}/${n}`});
  }
  answer.done = true;
  await publish(channel, '[DONE]', {key: `${id}/done`});
}

await startApp(fileURLToPath(new URL('.', import.meta.url)), {
  'POST /answers': async ({body}) => {
    const id = crypto.randomUUID();   // whoever knows it may read along: with users, let their tokens name their channels
    answers.set(id, {parts: 0, text: '', done: false});
    respond(id, String(body.question ?? '')).catch(console.error);
    return {id};
  },
  'GET /answers/:id': async ({params}) => answers.get(params.id),
});
