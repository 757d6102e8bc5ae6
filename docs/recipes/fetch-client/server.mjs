// Gives out tokens, and keeps what the page shows.
import {fileURLToPath} from 'node:url';

import {publish, startApp} from '../common/app.mjs';
import {sign} from '../common/token.mjs';

const seconds = Number(process.env.TOKEN_SECONDS ?? 300);
const counters = new Map();   // user → how often; your database

await startApp(fileURLToPath(new URL('.', import.meta.url)), {
  // Your application asks who it is first: a session, or a refresh token.
  'POST /token': async () => ({token: sign('ann', {seconds})}),
  'GET /counter': async () => ({count: counters.get('ann') ?? 0}),
  'POST /counter': async () => {
    const count = (counters.get('ann') ?? 0) + 1;
    counters.set('ann', count);
    return {id: await publish('user:ann', JSON.stringify({count}), {event: 'count', key: `count-${count}`})};
  },
});
