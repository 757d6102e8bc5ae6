// The signed-in user's notifications, kept up to date.
import {LastingSource} from '../common/lasting_source.mjs';

const post = (path, body = {}) =>
  fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});

/**
 * Calls onNotes(notes, user) with all notes whenever they change, onSignedOut() when the cookie is no longer good, and
 * onState('open' | 'trouble'). Returns what ends it.
 */
export function followNotes({onNotes, onSignedOut, onState}) {
  const notes = new Map();   // by id: an event that is already in the loaded state does no harm
  let user;
  let stopped = false;
  const changed = () => user && onNotes([...notes.values()].sort((a, b) => b.id - a.id), user);

  const load = async () => {
    const reply = await fetch('/notes').catch(() => ({status: 0}));
    if (stopped) return;
    if (reply.status === 401) return signedOut();
    if (reply.status !== 200) return setTimeout(load, 1000);
    const state = await reply.json();
    user = state.user;
    // A note that was read stays read, whichever of state and event was first.
    for (const note of state.notes) notes.set(note.id, {...note, read: note.read || Boolean(notes.get(note.id)?.read)});
    changed();
  };

  const signedOut = () => {
    stop();
    onSignedOut();
  };

  // @me is the caller's own channel. The browser sends the cookie along.
  const source = new LastingSource('/events?channel=@me');
  const stop = () => {
    stopped = true;
    source.close();
  };
  source.addEventListener('open', () => onState('open'));
  source.addEventListener('note', ({data}) => {
    const note = JSON.parse(data);
    notes.set(note.id, {...note, read: note.read || Boolean(notes.get(note.id)?.read)});
    changed();
  });
  // The first connection, and whenever something was missed that cannot be had any more: load the state, later events go on top.
  source.addEventListener('stream-cursor', ({data}) => JSON.parse(data).resume === 'fresh' && load());
  source.addEventListener('stream-reset', load);
  // The cookie expires in seconds: the stream ends then, and comes back with the new one.
  source.addEventListener('stream-expiring', () => post('/renew').catch(() => {}));
  // It has expired, as after a night with the lid closed.
  source.addEventListener('stream-unauthorized', signedOut);
  source.addEventListener('error', () => {
    onState('trouble');
    if (source.readyState === EventSource.CLOSED && !stopped) signedOut();   // 401: no cookie
  });
  return stop;
}

export const login = (user) => post('/login', {user});
export const logout = () => post('/logout');
export const send = (to, text) => post('/notes', {to, text});
export const markRead = (id) => post(`/notes/${id}/read`);
