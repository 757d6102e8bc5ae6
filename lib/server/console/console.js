// The console: puts its parts together, keeps the key, and knows the keyboard.
import {Feed} from './feed.js';
import {Log} from './log.js';
import {PublishForm} from './publish.js';
import {StatusPanel} from './status.js';

const find = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');

// The key is kept for this tab: a reload in the middle of an incident must not ask again, and closing the tab forgets
// it. Nothing but this page is served from this origin, and its policy lets no foreign script in.
const keyName = 'freshet.key';
let key = sessionStorage.getItem(keyName) ?? '';

const panel = new StatusPanel(document);
const log = new Log(find('log'), showLog);
const publishForm = new PublishForm(find('publish'), authorized);
let statusFeed;
let watchFeed;
let watched = [];
let watchedFrom = '';   // where the watch began; where it was refused, the last id
let streamState = 'idle';

// Status

function followStatus() {
  statusFeed?.close();
  statusFeed = new Feed('status', {key, patience: 5000, on: {
    opened: () => showKeyButton(false),
    event({event, data}) {
      if (event === 'status') panel.show(JSON.parse(data));
    },
    dropped: (reason) => panel.lose(reason),
    refused(status, reason) {
      if (status !== 401) return panel.lose(reason, 'Reload the page to try again');
      panel.lock();
      return askForKey(reason);
    },
  }});
}

// Watching

function watch(channels, from) {
  watchFeed?.close();
  watchFeed = undefined;
  watched = channels;
  watchedFrom = from;
  const query = new URLSearchParams(channels.map((channel) => ['channel', channel]));
  history.replaceState(null, '', `#${query}`);
  if (channels.length === 0) return setStream('idle');
  publishForm.suggest(channels[0]);
  const cursor = from === '' ? '' : `&last_event_id=${encodeURIComponent(from)}`;
  setStream('connecting');
  watchFeed = new Feed(`events?${query}${cursor}`, {key, on: {
    opened: () => setStream('open'),
    event: (event) => log.add(event),
    dropped(reason, delay) {
      setStream('dropped');
      log.note(`${reason}; coming back in ${(delay / 1000).toFixed(1)} s with the last id`);
    },
    refused(status, reason) {
      watchedFrom = watchFeed.lastId || watchedFrom;
      watchFeed = undefined;
      setStream('refused');
      log.note(`Refused: ${reason}`);
      if (status === 401) askForKey(reason);
    },
  }});
  return undefined;
}

function stopWatching() {
  watchFeed?.close();
  watchFeed = undefined;
  log.note('Stopped');
  setStream('stopped');
}

function setStream(state) {
  streamState = state;
  const words = {
    idle: 'Not watching', connecting: 'Opening', open: `Watching ${watched.join(', ')}`, dropped: 'Reconnecting',
    refused: 'Refused', stopped: 'Stopped',
  };
  find('stream-state').textContent = words[state];
  find('stream-state').dataset.state = state;
  showWatchButton(state === 'connecting' || watchFeed !== undefined);
  showLog();
}

function showWatchButton(stops) {
  find('watch-button').textContent = stops ? 'Stop' : 'Watch';
  find('watch-button').classList.toggle('primary', !stops);
}

function showLog() {
  const {size, shown, total, waiting, paused} = log;
  find('pause').textContent = paused ? `Continue${waiting > 0 ? ` (${number.format(waiting)} waiting)` : ''}` : 'Pause';
  find('pause').setAttribute('aria-pressed', String(paused));
  const filtered = shown < size ? `, ${number.format(shown)} of ${number.format(size)} lines match` : '';
  const kept = total > size ? `, the last ${number.format(size)} lines are kept` : '';
  find('tally').textContent = `${number.format(total)} ${total === 1 ? 'event' : 'events'}${kept}${filtered}${paused ? ', paused' : ''}`;
  find('empty').hidden = shown > 0;
  const [title, text] = emptyWords(size);
  find('empty').querySelector('.empty-title').textContent = title;
  find('empty').querySelector('.empty-text').textContent = text;
}

function emptyWords(size) {
  if (size > 0) return ['Nothing matches the filter', 'Ids, event names and data are searched, in any case.'];
  if (streamState === 'idle') {
    return ['Nothing is being watched', 'Name one or more channels above. Their events appear here as any client would get them.'];
  }
  if (streamState === 'open') return ['Nothing has come yet', 'Publish something, from here or from any backend.'];
  return ['Nothing to show', ''];
}

find('watch').addEventListener('submit', (event) => {
  event.preventDefault();
  const channels = [...new Set(find('channels').value.split(/\s+/).filter(Boolean))];
  const same = channels.join(' ') === watched.join(' ');
  if (watchFeed && same) stopWatching();
  else watch(channels, find('from').value);
});
// What the button does depends on what stands in the field.
find('channels').addEventListener('input', () => {
  const same = find('channels').value.trim().split(/\s+/).join(' ') === watched.join(' ');
  showWatchButton(watchFeed !== undefined && same);
});
find('filter').addEventListener('input', ({target}) => {
  log.filter = target.value;
});
find('pause').addEventListener('click', () => log.pause(!log.paused));
find('clear').addEventListener('click', () => log.clear());

// The key

const keyDialog = find('key-dialog');

function askForKey(reason) {
  const words = reason.replace(/^401 · /, '').replace(/^a publish key is needed.*/, '');
  find('key-reason').textContent = words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  showKeyButton(true);
  find('key').value = '';
  if (!keyDialog.open) keyDialog.showModal();
}

function showKeyButton(asked) {
  find('key-button').hidden = key === '' && !asked;
  find('key-button').textContent = asked ? 'Enter key' : 'Forget key';
}

function setKey(value) {
  key = value;
  if (value === '') sessionStorage.removeItem(keyName);
  else sessionStorage.setItem(keyName, value);
  followStatus();
  // One that was stopped stays so; one that is on goes on where it stands, and repeats nothing.
  if (watchFeed || streamState === 'refused') watch(watched, watchFeed?.lastId || watchedFrom);
}

/** Sends with the key; on 401 asks for one and gives null. */
async function authorized(send) {
  const response = await send(key === '' ? {} : {Authorization: `Bearer ${key}`});
  if (response.status !== 401) return response;
  const {detail = 'A key is needed'} = await response.json().catch(() => ({}));
  askForKey(detail);
  return null;
}

find('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  keyDialog.close();
  setKey(find('key').value.trim());
});
find('key-cancel').addEventListener('click', () => keyDialog.close());
find('key-button').addEventListener('click', ({target}) => {
  if (target.textContent === 'Enter key') askForKey('');
  else setKey('');
});

// The keyboard

const help = find('help');
const shortcuts = {
  w: () => find('channels').select(),
  '/': () => find('filter').select(),
  p: () => log.pause(!log.paused),
  x: () => log.clear(),
  e: () => log.focus(),
  n: () => publishForm.focus(),
  '?': () => help.showModal(),
};

document.addEventListener('keydown', (event) => {
  const writing = event.target.closest('input:not([type=radio], [type=checkbox]), textarea, select');
  if (event.key === 'Escape' && writing && !event.target.closest('dialog')) return void writing.blur();
  if (writing || document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!find('single-keys').checked || !(event.key in shortcuts)) return;
  event.preventDefault();
  shortcuts[event.key]();
});
find('help-button').addEventListener('click', () => help.showModal());
find('help-close').addEventListener('click', () => help.close());

// A link may say what to watch: …/#channel=news&channel=user:42
const linked = new URLSearchParams(location.hash.slice(1)).getAll('channel');
find('channels').value = linked.join(' ');
followStatus();
if (linked.length > 0) watch(linked, '');
