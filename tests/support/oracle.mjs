// Judges what a Follower was told against what was published: each event once, in order, and nothing missing unless a reset
// said so; and no reset where nothing was missing.
import assert from 'node:assert/strict';

// Messages are made only for what failed: there are hundreds of thousands of entries.
function check(condition, message) {
  if (!condition) assert.fail(message());
}

/** What was published: per channel in the order of ids. */
export class Published {
  #byId = new Map();
  #channels = new Map();
  #unsure = new Set();

  add(channel, id, data) {
    check(!this.#byId.has(id), () => `the id ${id} of ${data} was given out before`);
    this.#byId.set(id, {channel, id: BigInt(id), data});
  }

  /** An attempt to publish `data` that was never answered: Redis may have delivered it, and kept or forgotten it. */
  addUnsure(data) {
    this.#unsure.add(data);
  }

  get count() {
    return this.#byId.size;
  }

  /** To be called once all is published. */
  seal() {
    const all = [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const event of all) {
      if (!this.#channels.has(event.channel)) this.#channels.set(event.channel, []);
      const list = this.#channels.get(event.channel);
      event.index = list.push(event) - 1;
    }
    this.lastId = String(all.at(-1).id);
    return this;
  }

  /**
   * Asserts that the entries of a follower, which began before the first event and has the last, are what it should have been
   * told. `channels` are those that it follows (all, unless given); `forgetful`: Redis lost its history meanwhile, so a reset
   * is right whether or not the follower missed something. Returns {resets, completes}: how often each happened.
   */
  judge(name, entries, {channels = [...this.#channels.keys()], forgetful = false} = {}) {
    const expected = new Map(channels.filter((channel) => this.#channels.has(channel)).map((channel) => [channel, 0]));
    const forgiven = new Set();
    let last = 0n;
    let opening = false;
    const told = {resets: 0, completes: 0};
    entries.forEach((entry, at) => {
      const where = () => `${name}, entry ${at}: ${JSON.stringify(entries.slice(Math.max(0, at - 6), at + 1), null, 1)}`;
      if (entry.open !== undefined) {
        opening = true;
        last = BigInt(entry.open || 0);
        return;
      }
      const id = BigInt(entry.id);
      if (entry.control) {
        check(id >= last, () => `an id that goes backwards: ${where()}`);
        check(opening || entry.control === 'stream-reset' || entry.json.resume === 'position', () => `a second opening: ${where()}`);
        if (entry.control === 'stream-reset') {
          told.resets += 1;
          check(entry.json.channels.length > 0, () => `a reset of no channel: ${where()}`);
          entry.json.channels.forEach((channel) => forgiven.add(channel));
        } else if (entry.json.resume === 'complete') {
          told.completes += 1;
          check(id === last, () => `a complete opening repeats the cursor: ${where()}`);
        }
        opening = false;
        last = id;
        return;
      }
      check(!opening, () => `an event before the opening: ${where()}`);
      check(id > last, () => `an event twice or out of order: ${where()}`);
      last = id;
      const event = this.#byId.get(entry.id);
      if (!event && this.#unsure.has(entry.data)) return;
      check(event, () => `an event that nobody published: ${where()}`);
      check(entry.data === event.data, () => `other data than ${event.data}: ${where()}`);
      const next = expected.get(event.channel);
      check(next !== undefined, () => `an event of ${event.channel}, which it does not follow: ${where()}`);
      check(event.index >= next, () => `an event twice: ${where()}`);
      if (forgiven.delete(event.channel)) {
        check(forgetful || event.index > next, () => `a reset of ${event.channel} although it missed nothing: ${where()}`);
      } else {
        check(event.index === next, () => `${event.index - next} events of ${event.channel} lost without a word: ${where()}`);
      }
      expected.set(event.channel, event.index + 1);
    });
    for (const [channel, next] of expected) {
      const missing = this.#channels.get(channel).length - next;
      const said = forgiven.has(channel);
      assert.ok(forgetful ? missing === 0 || said : missing > 0 === said, `${name}: the last ${missing} events of ${channel}`);
    }
    return told;
  }
}
