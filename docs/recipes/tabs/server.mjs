// A list of notes that everybody sees and adds to.
import {fileURLToPath} from 'node:url';

import {publish, startApp} from '../common/app.mjs';

const notes = [];   // of {n, text}; your database

await startApp(fileURLToPath(new URL('.', import.meta.url)), {
  'GET /notes': async () => notes,
  'POST /notes': async ({body}) => {
    const note = {n: notes.length, text: String(body.text)};
    notes.push(note);
    return {id: await publish('tabs', JSON.stringify(note), {event: 'note', key: `note-${note.n}`})};
  },
});
