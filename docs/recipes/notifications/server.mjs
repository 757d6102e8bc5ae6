// An application with users: it signs them in with a cookie that Freshet understands, and keeps and publishes notifications.
import {fileURLToPath} from 'node:url';

import {disconnect, publish, startApp} from '../common/app.mjs';
import {sign, userOf} from '../common/token.mjs';

const seconds = Number(process.env.TOKEN_SECONDS ?? 900);
const notes = new Map();   // user → [{id, from, text, read}]; your database
let lastNote = 0;

const userOfRequest = (request) => userOf(request.headers.cookie?.match(/(?:^|; )__Host-session=([^;]*)/)?.[1]);

// Scripts cannot read it, other sites cannot use it, and it travels over TLS only (and to localhost, for this recipe).
const setCookie = (reply, value, age) =>
  reply.setHeader('Set-Cookie', `__Host-session=${value}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${age}`);

const signedIn = (handler) => async (call) => {
  const user = userOfRequest(call.request);
  if (user) return handler(user, call);
  call.reply.statusCode = 401;
  return {};
};

await startApp(fileURLToPath(new URL('.', import.meta.url)), {
  // Your application asks for a password.
  'POST /login': async ({body, reply}) => {
    const user = String(body.user);
    if (!/^[a-z]{1,20}$/.test(user)) {
      reply.statusCode = 400;
      return {};
    }
    setCookie(reply, sign(user, {seconds}), seconds);
    return {user};
  },
  // The page asks for a new cookie before the old one expires.
  'POST /renew': signedIn(async (user, {reply}) => {
    setCookie(reply, sign(user, {seconds}), seconds);
    return {user};
  }),
  // The cookie is gone, and the streams of this user end now. Other devices of theirs come back with their own cookies.
  'POST /logout': signedIn(async (user, {reply}) => {
    setCookie(reply, '', 0);
    await disconnect(user);
    return {};
  }),
  'GET /notes': signedIn(async (user) => ({user, notes: notes.get(user) ?? []})),
  'POST /notes': signedIn(async (from, {body}) => {
    const [user, note] = [String(body.to), {id: ++lastNote, from, text: String(body.text), read: false}];
    notes.set(user, [...(notes.get(user) ?? []), note]);
    return {id: await publish(`user:${user}`, JSON.stringify(note), {event: 'note', key: `note-${note.id}`})};
  }),
  // A note that was read in one tab is read in all of them.
  'POST /notes/:id/read': signedIn(async (user, {params}) => {
    const note = notes.get(user)?.find(({id}) => id === Number(params.id));
    if (!note) return undefined;
    note.read = true;
    return {id: await publish(`user:${user}`, JSON.stringify(note), {event: 'note', key: `note-${note.id}-read`})};
  }),
}, {hint: ' is for nginx: open http://localhost:8000'});
