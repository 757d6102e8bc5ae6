// The events that are watched: newest first, bounded, drawn once a frame however fast they come.
const maxRows = 500;
const maxCharacters = 4_000_000;   // kept in all rows together
const previewCharacters = 300;
const shownCharacters = 20_000;    // of an event that is opened, until the rest is asked for

const time = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false});
const number = new Intl.NumberFormat('en');

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Indented when it is JSON. */
function pretty(data) {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}

/** What a control event of the broker means, in words. */
function meaning({event, data}) {
  const {resume, reason, channels = [], seconds} = JSON.parse(data);
  const opened = {
    fresh: 'Opened at the present position',
    complete: 'Resumed: everything that was missed follows',
    earliest: 'Opened at the earliest event that is kept',
    position: 'Position moved forward on an idle stream',
  };
  if (event === 'stream-cursor') return opened[resume] ?? resume;
  if (event === 'stream-reset') return `Not provably complete (${reason}): ${channels.join(', ')}`;
  return [reason, seconds === undefined ? '' : `${seconds} s left`].filter(Boolean).join(', ') || data;
}

const isControl = (entry) => entry.event.startsWith('stream-');

export class Log {
  #entries = [];      // {at, id, event, data, kind, row}, newest last, all of them drawn or about to be
  #fresh = [];        // not drawn yet
  #waiting = [];      // came while paused
  #skipped = 0;       // came while paused and were more than are kept
  #characters = 0;
  #filter = '';
  #frame = 0;
  #notBefore = 0;     // drawing takes a third of the time at most
  #current;           // the row that Tab comes to
  paused = false;
  total = 0;

  /** `changed` is called after each drawing. */
  constructor(list, changed) {
    this.list = list;
    this.changed = changed;
    list.addEventListener('keydown', (event) => this.#onKey(event));
    list.addEventListener('click', (event) => this.#onClick(event));
    list.addEventListener('focusin', ({target}) => this.#makeCurrent(target.closest('li')));
  }

  /** An event of the stream. */
  add({id, event, data}) {
    const entry = {at: Date.now(), id, event, data, kind: 'event'};
    if (isControl(entry)) entry.kind = event === 'stream-reset' ? 'reset' : 'control';
    else this.total += 1;
    this.#take(entry);
  }

  /** A word of the page itself: the stream was dropped, or refused. */
  note(data) {
    this.#take({at: Date.now(), id: undefined, event: '', data, kind: 'note'});
  }

  get waiting() {
    return this.#waiting.length + this.#skipped;
  }

  get size() {
    return this.#entries.length;
  }

  get shown() {
    return this.#filter === '' ? this.size : this.#entries.filter(({row}) => row && !row.hidden).length;
  }

  pause(on) {
    this.paused = on;
    if (!on) {
      if (this.#skipped > 0) this.#fresh.push({at: Date.now(), event: '', data: `${number.format(this.#skipped)} more came while paused and are not shown`, kind: 'note'});
      this.#fresh.push(...this.#waiting);
      this.#waiting = [];
      this.#skipped = 0;
    }
    this.#draw();
  }

  clear() {
    this.#entries = [];
    this.#fresh = [];
    this.#waiting = [];
    this.#skipped = 0;
    this.#characters = 0;
    this.total = 0;
    this.#current = undefined;
    this.list.replaceChildren();
    this.#draw();
  }

  set filter(text) {
    this.#filter = text.trim().toLowerCase();
    for (const entry of this.#entries) if (entry.row) entry.row.hidden = !this.#matches(entry);
    this.#draw();
  }

  /** Focuses the newest row. */
  focus() {
    (this.#newest()?.firstElementChild ?? this.list).focus();
  }

  #take(entry) {
    const list = this.paused ? this.#waiting : this.#fresh;
    list.push(entry);
    if (list.length > maxRows) {
      list.shift();
      if (this.paused) this.#skipped += 1;
    }
    this.#draw();
  }

  // A hidden tab gets no frames: what waits for one is bounded, too.
  #draw() {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      if (now < this.#notBefore) return this.#draw();
      this.#render();
      this.changed();
      const end = performance.now();
      this.#notBefore = end + (end - now) * 2;
      return undefined;
    });
  }

  #render() {
    const fresh = this.#fresh;
    this.#fresh = [];
    if (fresh.length === 0) return;
    const rows = document.createDocumentFragment();
    for (const entry of fresh) {
      entry.row = this.#makeRow(entry);
      entry.row.hidden = !this.#matches(entry);
      this.#characters += entry.data.length;
      rows.prepend(entry.row);
    }
    this.#entries.push(...fresh);
    this.list.prepend(rows);
    let tooMany = this.#entries.length - maxRows;
    while (tooMany > 0 || (this.#characters > maxCharacters && this.#entries.length > 1)) {
      const oldest = this.#entries.shift();
      this.#characters -= oldest.data.length;
      if (oldest.row.contains(document.activeElement)) this.list.focus();
      if (this.#current === oldest.row) this.#current = undefined;
      oldest.row.remove();
      tooMany -= 1;
    }
    // Tab comes to the newest row, unless somebody is among the rows.
    if (!this.list.contains(document.activeElement)) this.#makeCurrent(this.#newest());
  }

  #matches({id, event, data, kind}) {
    if (this.#filter === '' || kind === 'note') return true;
    return [id, event, data].some((text) => text?.toLowerCase().includes(this.#filter));
  }

  #makeRow(entry) {
    const {at, id, event, data, kind} = entry;
    const row = element('li', `entry ${kind}`);
    const head = row.appendChild(element(kind === 'note' ? 'p' : 'button', 'head'));
    head.tabIndex = -1;
    const stamp = head.appendChild(element('time', 'time', time.format(at)));
    stamp.dateTime = new Date(at).toISOString();
    head.append(element('span', 'name', event || (kind === 'note' ? 'console' : '')));
    const words = kind === 'control' || kind === 'reset' ? meaning(entry) : data;
    const preview = element('span', 'data', words.slice(0, previewCharacters).replace(/\s+/g, ' '));
    if (words === '') preview.append(element('span', 'none', 'empty'));
    head.append(preview);
    if (kind === 'note') return row;
    head.append(element('span', 'id', id ?? 'live'));
    head.type = 'button';
    head.setAttribute('aria-expanded', 'false');
    row.entry = entry;
    return row;
  }

  #toggle(row) {
    const head = row.firstElementChild;
    const open = head.getAttribute('aria-expanded') === 'true';
    head.setAttribute('aria-expanded', String(!open));
    if (open) return void row.lastElementChild.remove();
    const {id, event, data} = row.entry;
    const body = row.appendChild(element('div', 'body'));
    const facts = [id === undefined ? 'live only, no id' : `id ${id}`, event === '' ? 'unnamed' : `event ${event}`,
      `${number.format(new TextEncoder().encode(data).length)} bytes`];
    if (id !== undefined) facts.push(`published ${new Date(Number(id) / 1000).toISOString()}`);
    body.append(element('p', 'about', facts.join(' · ')));
    const text = pretty(data);
    const shown = body.appendChild(element('pre', '', text.slice(0, shownCharacters)));
    shown.tabIndex = 0;   // it may scroll
    row.scrollIntoView({block: 'nearest'});
    if (text.length <= shownCharacters) return;
    const more = body.appendChild(element('button', 'more', `Show all ${number.format(text.length)} characters`));
    more.type = 'button';
    more.addEventListener('click', () => {
      shown.textContent = text;
      more.remove();
      head.focus();
    });
  }

  #onClick({target}) {
    const head = target.closest('button.head');
    if (head) this.#toggle(head.parentElement);
  }

  #onKey(event) {
    const rows = this.#rows();
    const at = rows.indexOf(event.target.closest('li'));
    const wanted = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1}[event.key];
    if (wanted === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    rows[Math.max(0, Math.min(wanted, rows.length - 1))]?.firstElementChild.focus();
  }

  #newest() {
    return this.list.querySelector('li:not([hidden])');
  }

  #rows() {
    return [...this.list.children].filter((row) => !row.hidden);
  }

  #makeCurrent(row) {
    if (!row) return;
    if (this.#current) this.#current.firstElementChild.tabIndex = -1;
    this.#current = row;
    row.firstElementChild.tabIndex = 0;
  }
}
