// How long it takes until all is well again after a fault: until every daemon that was up delivers what was published after
// the trouble, or until every client whose stream the fault ended has one again.

const pollMs = 20;

class Fault {
  constructor(world, {name, lane}) {
    Object.assign(this, {world, name, lane, began: world.chronicle.now()});
  }

  /** The trouble begins only now: what was waited for before was its condition. */
  begins() {
    this.began = this.world.chronicle.now();
  }

  /** The trouble is over. */
  lifted() {
    this.liftedAt ??= this.world.chronicle.now();
  }

  /** The streams of these clients end; their return is the recovery. */
  clientsOf(condition) {
    this.clients = this.world.clients.filter((client) => client.standing && condition(client)).map((client) => [client, client.connection]);
  }

  get isOver() {
    if (this.liftedAt === undefined) return false;
    if (this.clients) {
      return this.clients.every(([client, connection]) => client.away || client.connection !== connection && client.standing);
    }
    this.firstAfter ??= this.world.truth.publications.find(({sentAt, ackedAt}) => ackedAt !== undefined && sentAt >= this.liftedAt);
    if (!this.firstAfter) return false;
    const wellBefore = this.world.instances.filter(({running, since}) => running && since < this.began);
    return wellBefore.every(({delivered}) => delivered >= this.firstAfter.id);
  }
}

export class Recoveries {
  #open = new Set();
  /** Faults that were caused, in order; each with `recoveredAt` where that was seen. */
  all = [];

  constructor(world) {
    this.world = world;
    this.timer = setInterval(() => this.#poll(), pollMs);
  }

  /** A fault begins. What overlaps with another one can no longer be told from that, and is not measured. */
  begin(definition) {
    const fault = new Fault(this.world, definition);
    fault.overlapped = this.#open.size > 0;
    for (const other of this.#open) other.overlapped = true;
    this.#open.add(fault);
    this.all.push(fault);
    return fault;
  }

  #poll() {
    for (const fault of this.#open) {
      if (!fault.isOver) continue;
      this.#open.delete(fault);
      if (fault.overlapped) continue;
      fault.recoveredAt = this.world.chronicle.now();
      this.world.chronicle.note(`recovered from ${fault.name} ${Math.round(fault.recoveredAt - fault.liftedAt)} ms after its end`);
    }
  }

  stop() {
    clearInterval(this.timer);
  }

  /** By kind: {count, outage: {median, max}, recovery: {median, max}, measured}, in milliseconds. */
  get summary() {
    const kinds = {};
    for (const fault of this.all) (kinds[fault.name] ??= []).push(fault);
    return Object.fromEntries(Object.entries(kinds).map(([name, list]) => [name, {
      count: list.length,
      skipped: list.filter(({skipped}) => skipped).length,
      outage: spread(list.filter(({liftedAt}) => liftedAt !== undefined).map(({began, liftedAt}) => liftedAt - began)),
      recovery: spread(list.filter(({recoveredAt}) => recoveredAt !== undefined).map(({recoveredAt, liftedAt}) => recoveredAt - liftedAt)),
      measured: list.filter(({recoveredAt}) => recoveredAt !== undefined).length,
    }]));
  }
}

function spread(values) {
  if (values.length === 0) return undefined;
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  return {median: sorted[Math.floor((sorted.length - 1) / 2)], max: sorted.at(-1)};
}
