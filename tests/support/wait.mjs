// Waiting with a deadline: every wait of the tests says what it waits for, and fails with that instead of hanging.

/** How long a wait may take at most. Generous, for slow and busy machines: it is reached only by failures. */
export const deadlineMs = Number(process.env.FRESHET_TEST_DEADLINE_MS ?? 60_000);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The promise's value, or an error naming `what` after `ms`. `detail()` adds what is known by then. */
export async function within(promise, what, {ms = deadlineMs, detail = () => ''} = {}) {
  const late = new Error(`waited ${ms} ms for ${what}`);
  let timer;
  const deadline = new Promise((_, reject) => {
    // A machine that stood still gets to see what has come meanwhile before it is told that it is late.
    timer = setTimeout(() => setImmediate(() => {
      late.message += `\n${detail()}`;
      reject(late);
    }), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls `probe` (sync or async) until it gives something truthy, and returns that. For states that announce nothing. */
export async function until(probe, what, {ms = deadlineMs, every = 20, detail = () => ''} = {}) {
  const end = performance.now() + ms;
  for (;;) {
    const isLast = performance.now() > end;
    const value = await probe();
    if (value) return value;
    if (isLast) throw new Error(`waited ${ms} ms for ${what}\n${detail()}`);
    await sleep(every);
  }
}

/** Lets tests wait for a condition on something that calls changed() whenever the condition may have come true. */
export class Watch {
  #checks = new Set();

  changed() {
    for (const check of this.#checks) check();
  }

  /** Waits until condition() is truthy and returns that; a condition that throws ends the wait. */
  async until(condition, what, options) {
    let check;
    const fulfilled = new Promise((resolve, reject) => {
      check = () => {
        try {
          const value = condition();
          if (value) resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      this.#checks.add(check);
      check();
    });
    try {
      return await within(fulfilled, what, options);
    } finally {
      this.#checks.delete(check);
    }
  }
}

/** A promise with its resolve and reject outside. */
export function defer() {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, {resolve, reject}));
  return deferred;
}

/** Pseudo-random numbers that a seed repeats: mulberry32. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low, high) => low + Math.floor(next() * (high - low + 1));
  return {next, integer, pick: (list) => list[integer(0, list.length - 1)]};
}

/** The seed of this run: FRESHET_TEST_SEED, or a new one. Print it. */
export const seedOfRun = () => Number(process.env.FRESHET_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
