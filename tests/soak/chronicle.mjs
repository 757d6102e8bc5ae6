// What happened when: for the explanation of a connection's end, and for a reader who wants to understand a violation.

export class Chronicle {
  /** Of {at, text}. */
  entries = [];
  /** Of {kind, name, from, to}: times in which streams may end through no fault of the broker's. */
  windows = [];
  /** Times at which a replica was promoted. */
  promotions = [];
  #begin = performance.now();

  /** Milliseconds since begin(). */
  now() {
    return performance.now() - this.#begin;
  }

  begin() {
    this.#begin = performance.now();
  }

  note(text) {
    this.entries.push({at: this.now(), text});
  }

  /** The same, of a moment that performance.now() gave. */
  noteAt(moment, text) {
    this.entries.push({at: moment - this.#begin, text});
    this.entries.sort((a, b) => a.at - b.at);
  }

  promotedAt(moment) {
    this.promotions.push(moment - this.#begin);
  }

  /** Opens a window; the function that it returns closes it, `afterMs` later than now. */
  window(kind, name) {
    const window = {kind, name, from: this.now(), to: Infinity};
    this.windows.push(window);
    return (afterMs = 0) => {
      window.to = this.now() + afterMs;
    };
  }

  /** Whether `at` lies in a window of one of these kinds (and, if given, of this name). */
  within(at, kinds, name) {
    return this.windows.some((window) => kinds.includes(window.kind) && (name === undefined || window.name === name)
      && window.from <= at && at <= window.to);
  }

  /** Whether such a window has any part between `from` and `to`. */
  overlaps(from, to, kinds, name) {
    return this.windows.some((window) => kinds.includes(window.kind) && window.name === name && window.from <= to && window.to >= from);
  }

  /** Lines about the time around `at`. */
  around(at, {before = 8000, after = 2000} = {}) {
    return this.entries.filter((entry) => entry.at >= at - before && entry.at <= at + after).map(lineOf);
  }

  get lines() {
    return this.entries.map(lineOf);
  }
}

const lineOf = ({at, text}) => `${(at / 1000).toFixed(3).padStart(9)} s  ${text}`;
