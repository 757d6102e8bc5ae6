// The rules of lib/redis/freshet.lua, written once more: what its calls must reply, publish and keep.
import {beginning, record, second, skew} from './functions.mjs';

const half = (time) => Math.floor(time / 2);

/** One dataset. It is told the time of every call, and the server's epoch. */
export class FunctionModel {
  clock = null;
  rings = new Map();
  keys = new Map();
  published = [];

  constructor(epoch) {
    this.epoch = epoch;
  }

  flush() {
    this.clock = null;
    this.rings.clear();
    this.keys.clear();
  }

  enter(time) {
    if (!this.clock) {
      const boot = time + skew;
      this.clock = {
        last: boot, floor: boot, epoch: this.epoch, holes: [], lead: boot - half(time), ttl: undefined, since: 0, before: undefined,
      };
      this.fence = true;
      return;
    }
    const {clock: c} = this;
    if (c.epoch === this.epoch) return;
    const base = c.last;
    c.last = this.bootAt(time);
    c.lead = c.last - half(time);
    c.holes = [...c.holes, [c.epoch, base, c.last]].slice(-8);
    c.epoch = this.epoch;
  }

  /** Where a new life begins at this time. */
  bootAt(time) {
    const reached = Math.max(time, this.clock.lead + half(time));
    return this.clock.last < reached ? reached + skew : beginning(this.clock.last + 1, this.epoch);
  }

  /**
   * The time that a publish with this id must have seen, or undefined when any time up to `last` explains it; `lead` is the
   * clock's afterwards.
   */
  timeOf(id, lead) {
    if (!this.clock) return id - 1 - skew;
    if (this.clock.epoch === this.epoch) return id > this.clock.last + 1 ? id : undefined;
    const even = 2 * (id - 1 - lead);
    return this.bootAt(even) === id - 1 ? even : even + 1;
  }

  publish(time, channel, data, {event = '', key, ring: entries, ttl} = {}) {
    const memory = key && `${channel}|${key}`;
    if (this.keys.has(memory)) return this.keys.get(memory);
    this.enter(time);
    this.announceFence();
    const {clock: c} = this;
    const id = (c.last = Math.max(c.last + 1, time));
    const old = this.rings.get(channel);
    const bytes = record(id, old?.entries[0].id ?? 0, event, data);
    const expiry = Math.ceil((id + (ttl ?? c.ttl ?? 3600) * second) / 1000);
    this.rings.set(channel, {
      entries: [{id, bytes}, ...(old?.entries ?? [])].slice(0, entries ?? c.ring ?? 256),
      expiry: Math.max(expiry, old?.expiry ?? 0),
    });
    if (memory) this.keys.set(memory, id);
    this.published.push([`freshet:${channel}`, bytes]);
    return id;
  }

  mark(time) {
    this.enter(time);
    this.clock.last = Math.max(this.clock.last, time);
    this.announceFence();
  }

  sync(time, seen, epoch, {set = false, ttl, ring: entries, maxBytes} = {}) {
    const isNew = !this.clock;
    this.enter(time);
    const {clock: c} = this;
    let lost = seen > c.last;
    if (epoch !== '-' && epoch !== c.epoch) {
      const hole = c.holes.find(([of]) => of === epoch);
      lost ||= !hole || seen > hole[1];
    }
    if (lost && seen >= c.floor) {
      c.last = c.floor = (seen > c.last ? beginning(seen, this.epoch) : c.last) + 1;
      c.lead = c.floor - half(time);
      this.fence = true;
    }
    if (entries && (set || c.ring === undefined)) c.ring = entries;
    if (maxBytes && (set || c.maxBytes === undefined)) c.maxBytes = maxBytes;
    if (ttl && (set || c.ttl === undefined)) {
      const old = c.ttl ?? 3600;
      if (!isNew && ttl !== old) {
        c.before = Math.min(c.before ?? old, old);
        c.last = c.since = Math.max(c.last + 1, time);
      }
      c.ttl = ttl;
    }
    this.announceFence();
  }

  announceFence() {
    if (this.fence) this.published.push(['freshet:!fence', String(this.clock.floor)]);
    this.fence = false;
  }

  line(nonce, time) {
    const {clock: c} = this;
    const ttl = c.ttl ?? 3600;
    return [nonce, c.last, c.floor, c.epoch, ttl, c.since, c.before ?? ttl, c.ring ?? 256, c.maxBytes ?? 262144, time,
      c.holes.map((hole) => hole.join(':')).join(',')].join('|');
  }
}
