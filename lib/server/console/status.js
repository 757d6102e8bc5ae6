// What the process says of itself each second, as figures, charts and lists.
import {Chart, Series} from './chart.js';

const latencyWindow = 10;   // seconds

const integer = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const short = new Intl.NumberFormat('en', {maximumSignificantDigits: 3});
const tenths = new Intl.NumberFormat('en', {maximumFractionDigits: 1});

const threeDigits = (value) => (value < 100 ? short : integer).format(value);
const count = (value) => (value < 10 ? tenths.format(value) : integer.format(value));

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${threeDigits(value)}\u00a0${units[unit]}`;
}

/** Seconds as people say them: 250 µs, 4.2 ms, 3 d 4 h. */
export function duration(seconds) {
  if (seconds === 0) return '<\u00a01\u00a0ms';   // it is measured in whole ones
  if (seconds < 0.001) return `${threeDigits(seconds * 1e6)}\u00a0µs`;
  if (seconds < 1) return `${threeDigits(seconds * 1e3)}\u00a0ms`;
  const whole = Math.floor(seconds);
  const parts = [[Math.floor(whole / 86400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']];
  const first = parts.findIndex(([value]) => value > 0);
  return parts.slice(first, first + 2).filter(([value]) => value > 0).map(([value, unit]) => `${value}\u00a0${unit}`).join(' ');
}

/** The quantile of what came between two histograms, in seconds, interpolated within its bucket; null: nothing came. */
export function quantile(share, before, after) {
  const total = after.count - before.count;
  if (total <= 0) return null;
  let [low, below] = [0, 0];
  for (const [index, [bound, reached]] of after.buckets.entries()) {
    const until = reached - before.buckets[index][1];
    if (until >= share * total) return bound - (bound - low) * ((until - share * total) / (until - below || 1));
    [low, below] = [bound, until];
  }
  return Infinity;
}

const opened = ({stream, ...refused}) => ({opened: stream, ...refused});
const sum = (tally) => Object.values(tally).reduce((all, value) => all + value, 0);
/** How full Redis is, and whether that is good; from 95 % of its maxmemory on it is as good as full. Nor may it evict. */
function fullness({used_bytes: used, limit_bytes: limit, eviction_policy: policy}) {
  if (policy && policy !== 'noeviction') return [`${bytes(used)}, ${policy}`, 'bad'];
  if (limit === 0) return [bytes(used)];
  return [`${bytes(used)} of ${bytes(limit)}`, used >= 0.95 * limit ? 'bad' : ''];
}
const latencyText = (seconds) => (seconds === Infinity ? '> 1\u00a0s' : duration(seconds));

export class StatusPanel {
  #history = [];   // the last statuses, newest last
  #series = {};
  #charts = {};

  constructor(root) {
    this.root = root;
    for (const figure of root.querySelectorAll('[data-figure]')) {
      const name = figure.dataset.figure;
      const series = [new Series(), ...(name === 'latency' ? [new Series()] : [])];
      this.#series[name] = series;
      this.#charts[name] = new Chart(figure, series);
    }
  }

  /** A status that has just come. */
  show(status) {
    const last = this.#history.at(-1);
    if (last && (last.pid !== status.pid || last.started_at !== status.started_at)) this.#history = [];
    this.#history.push(status);
    if (this.#history.length > latencyWindow + 1) this.#history.shift();
    document.body.classList.remove('stale');
    this.#showState(status);
    this.#showFigures(status);
    this.#showLists(status);
  }

  /** The stream of statuses has broken. */
  lose(reason, next = 'Trying again') {
    if (this.#history.length > 0) {
      for (const series of Object.values(this.#series).flat()) series.push(null);
      for (const chart of Object.values(this.#charts)) chart.draw();
    }
    this.#history = [];
    document.body.classList.add('stale');
    this.#setState('unreachable', 'Unreachable');
    this.#notice(`${reason}. What is shown is the last that was heard. ${next}.`);
  }

  /** The listener asks for a key. */
  lock() {
    document.body.classList.add('stale');
    this.#setState('locked', 'Key needed');
    this.#notice('');
  }

  #text(selector, text) {
    const element = this.root.querySelector(selector);
    if (element.textContent !== text) element.textContent = text;
  }

  #setState(state, words) {
    this.root.querySelector('#state').dataset.state = state;
    this.#text('#state-text', words);
  }

  #notice(text) {
    this.#text('#notice', text);
    this.root.querySelector('#notice').hidden = text === '';
  }

  #showState({instance, version, uptime_seconds: uptime, state, reason, connections}) {
    const words = {ready: 'Ready', waiting: 'Not ready', draining: 'Draining'}[state] ?? state;
    this.#setState(state, words);
    this.#text('#instance', instance);
    this.#text('#version', version);
    this.#text('#uptime', duration(Math.max(1, uptime)));
    document.title = `${instance} · ${words} · Freshet`;
    if (state === 'draining') {
      this.#notice(`Draining: no new streams; ${count(connections.open)} left to end.`);
    } else {
      this.#notice(state === 'ready' ? '' : `Not ready: ${reason}. Streams stay open, events wait.`);
    }
  }

  #figure(name, values, value, note = '') {
    values.forEach((each, index) => this.#series[name][index].push(each));
    this.#charts[name].draw();
    this.#text(`[data-figure="${name}"] .value`, value);
    this.#text(`[data-figure="${name}"] .note`, note || '\u00a0');
  }

  #rate(name, of, format) {
    const [before, now] = this.#history.slice(-2);
    const seconds = now ? now.uptime_seconds - before.uptime_seconds : 0;
    if (seconds <= 0) return this.#figure(name, [null], '–');
    const rate = (of(now.totals) - of(before.totals)) / seconds;
    const [series] = this.#series[name];
    return this.#figure(name, [rate], `${format(rate)}/s`, `peak ${format(Math.max(rate, series.peak))}/s`);
  }

  #showFigures({connections}) {
    this.#figure('connections', [connections.open], integer.format(connections.open), `of ${integer.format(connections.limit)}`);
    this.#rate('connects', ({connections: outcomes}) => sum(outcomes), count);
    this.#rate('received', ({events_received: received}) => sum(received), count);
    this.#rate('sent', ({events_sent: sent}) => sent, count);
    this.#rate('bytes', ({bytes_sent: sent}) => sent, bytes);
    this.#showLatency();
  }

  #showLatency() {
    const histograms = this.#history.map((status) => status.publish_to_write_seconds);
    const now = histograms.at(-1);
    const second = histograms.at(-2);
    const drawn = [0.95, 0.5].map((share) => (second ? quantile(share, second, now) : null)).map((each) => (each === Infinity ? 1 : each));
    const [p95, p50] = [0.95, 0.5].map((share) => quantile(share, histograms[0], now));
    if (p95 === null) this.#figure('latency', drawn, '–', 'nothing in 10\u00a0s');
    else this.#figure('latency', drawn, latencyText(p95), `p50 ${latencyText(p50)}`);
  }

  #field(name, text, state = '') {
    const element = this.root.querySelector(`[data-field="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
    if (element.dataset.state !== state) element.dataset.state = state;
  }

  #showLists(status) {
    const {backplane} = status;
    const {up, history} = backplane;
    this.#field('type', backplane.type === 'redis' ? 'Redis' : 'Memory, this process only');
    for (const link of ['subscriber', 'command']) this.#field(link, up[link] ? 'up' : 'down', up[link] ? 'good' : 'bad');
    const reaches = up.subscriber && up.command;
    this.#field('probe', reaches ? duration(backplane.probe_seconds) : `last ${duration(backplane.probe_seconds)}`);
    this.#field('reconnects', integer.format(backplane.reconnects));
    this.#field('redis-memory', ...(backplane.memory ? fullness(backplane.memory) : ['–']));
    this.#field('history', `${integer.format(history.events)} events, ${duration(history.ttl_seconds)}`);
    this.#field('largest', bytes(history.max_event_bytes));
    this.#field('pid', String(status.pid));
    this.#field('started', status.started_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'));
    this.#field('subscriptions', integer.format(status.subscriptions));
    this.#field('memory', bytes(status.memory_bytes));
    this.#field('buffered', bytes(status.buffered_bytes));
    this.#field('lag', duration(status.loop_lag_seconds));
    this.#showTotals(status.totals);
  }

  /** All that was counted, by kind where there are kinds; kinds that never came are left out. */
  #showTotals(totals) {
    const named = [
      ['Requests for a stream', opened(totals.connections)], ['Streams ended', totals.disconnects], ['Opened or resumed', totals.resumes],
      ['Resets in mid-stream', totals.resets], ['Gaps repaired', totals.gaps], ['Events replayed', totals.replayed_events],
      ['Events received', totals.events_received], ['Events sent', totals.events_sent], ['Sent away to come again', totals.shed],
      ['Refused for want of a right', totals.auth_failures], ['Records rejected', totals.records_rejected],
    ];
    const list = this.root.querySelector('#totals');
    const text = (value) => {
      if (typeof value === 'number') return integer.format(value);
      const kinds = Object.entries(value).filter(([, times]) => times > 0);
      return kinds.map(([kind, times]) => `${kind}\u00a0${integer.format(times)}`).join(', ') || '0';
    };
    if (list.childElementCount === 0) {
      for (const [name] of named) {
        const row = list.appendChild(document.createElement('div'));
        row.append(Object.assign(document.createElement('dt'), {textContent: name}), document.createElement('dd'));
      }
    }
    named.forEach(([, value], index) => {
      const cell = list.children[index].lastElementChild;
      if (cell.textContent !== text(value)) cell.textContent = text(value);
    });
  }
}
