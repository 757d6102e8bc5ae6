// What became of the clock in Redis, as heard from the daemons' marks: epochs, holes, floors. From it follows what Redis
// has forgotten, and so where a reset is right.
import {Redis} from 'ioredis';

import {sleep} from '../support/wait.mjs';

/** A daemon shows its evidence when it connects: so long after a new epoch the floor may move because of it. */
const evidenceMs = 20_000;
/** Marks are heard here a moment sooner or later than elsewhere. */
const hearingMs = 1000;

/** From a promotion until the first mark of the new life is heard. */
const takingOverMs = 3000;

const probeName = 'freshet:!probe:';

function parseMark(text) {
  const [, last, floor, epoch, ttl, , , , , , holes] = text.split('|');
  return {
    last: Number(last), floor: Number(floor), epoch, ttl: Number(ttl),
    holes: holes.split(',').filter((hole) => hole !== '').map((hole) => {
      const [before, base, boot] = hole.split(':');
      return {epoch: before, base: Number(base), boot: Number(boot)};
    }),
  };
}

const holeName = ({epoch, boot}) => `${epoch}:${boot}`;

export class History {
  /**
   * By epoch: {highest: the highest value heard or acknowledged, heardAt: when a daemon was there last, holes: of its clock,
   * marks: by instance the latest of its marks, {last, at}}.
   */
  epochs = new Map();
  /** By name: {epoch, base, boot, at: when it was heard first}. */
  holes = new Map();
  /** Of {floor, at, holes, cause}: the first one begins the history, each further one breaks it. */
  floors = [];
  /** Times at which a fault took all data away. */
  emptied = [];

  constructor(chronicle) {
    this.chronicle = chronicle;
  }

  #epoch(name) {
    if (!this.epochs.has(name)) this.epochs.set(name, {highest: 0, heardAt: undefined, holes: [], marks: new Map()});
    return this.epochs.get(name);
  }

  /** A mark of this instance was heard on this server. */
  mark(text, server, instance) {
    const mark = parseMark(text);
    const at = this.chronicle.now();
    const epoch = this.#epoch(mark.epoch);
    if (epoch.heardAt === undefined) this.chronicle.note(`epoch ${mark.epoch.slice(0, 8)} on ${server}`);
    Object.assign(epoch, {heardAt: at, holes: mark.holes});
    epoch.marks.set(instance, {last: mark.last, at});
    this.saw(mark.epoch, mark.last);
    for (const hole of mark.holes) {
      if (this.holes.has(holeName(hole))) continue;
      this.holes.set(holeName(hole), {...hole, at});
      const beyond = (this.epochs.get(hole.epoch)?.highest ?? 0) - hole.base;
      this.chronicle.note(`hole: ${hole.epoch.slice(0, 8)} ended at ${hole.base}, next from ${hole.boot}` +
        (beyond > 0 ? `; the clock had been ${beyond} beyond` : ''));
    }
    if (!this.floors.some(({floor}) => floor === mark.floor)) {
      this.floors.push({floor: mark.floor, at, holes: mark.holes.map(holeName)});
      this.chronicle.note(`floor ${mark.floor}`);
    }
  }

  /** A clock value was given out in this epoch. */
  saw(epoch, value) {
    const entry = this.#epoch(epoch);
    entry.highest = Math.max(entry.highest, value);
  }

  /**
   * Whether a life went on without this id, even if it is there in the end: a server that was replaced may become the primary
   * again with what it had, and then all that came since is forgotten instead.
   */
  wasAway(id) {
    return [...this.holes.values()].some(({base, boot}) => base < id && id < boot);
  }

  /**
   * Whether any daemon that lived on when the next life had begun was told of this event, or of a clock at or beyond it: then
   * everybody must be told. `lived(instance, from, to)` says whether it did.
   */
  isKnown({id, seenBy, publication: {epoch}}, lived) {
    const over = [...this.holes.values()].filter(({base, boot}) => base < id && id < boot).map(({at}) => at);
    const begun = over.length > 0 ? Math.min(...over) : (this.epochs.get(epoch)?.heardAt ?? 0) + hearingMs;
    const promoted = this.chronicle.promotions.filter((at) => at <= begun && begun - at < takingOverMs);
    // A mark that a server gave out when another one had been promoted was heard by nobody but this observer; nor perhaps one
    // in answer to a call that lay in a server which hung: its caller may have given up meanwhile.
    const end = promoted.length > 0 ? Math.min(...promoted) : begun;
    const marks = [...(this.epochs.get(epoch)?.marks ?? [])]
      .filter(([, {last, at}]) => last >= id && at <= end && !this.chronicle.within(at, ['hung'])).map(([instance, {at}]) => [instance, at]);
    return [...seenBy, ...marks].some(([instance, at]) => lived(instance, at, end));
  }

  empty() {
    this.emptied.push(this.chronicle.now());
  }

  /**
   * Looks back from the end. `epoch` is the last one; the lives before it are those that its clock and theirs know of. A life
   * that is not among them was one of a server that had been replaced, and is forgotten as a whole. `ids` are all that were
   * acknowledged or delivered: some without a word of the epoch that they were given out in.
   */
  settle(epoch, ids) {
    this.lineage = new Map();
    this.#follow(epoch);
    this.current = epoch;
    this.strays = [...this.epochs].filter(([name]) => name !== epoch && !this.lineage.has(name)).map(([, entry]) => entry);
    this.evidence = [...this.holes.values()].filter(({epoch: ended, base, boot}) =>
      (this.epochs.get(ended)?.highest ?? 0) > base || ids.some((id) => base < id && id < boot));
    this.hasForgotten = this.emptied.length > 0 || this.evidence.length > 0 || this.strays.length > 0;
    for (const [index, move] of this.floors.entries()) move.cause = index === 0 ? 'begin' : this.#causeOf(move);
  }

  #follow(epoch) {
    for (const hole of this.epochs.get(epoch)?.holes ?? []) {
      if (this.lineage.has(hole.epoch)) continue;
      this.lineage.set(hole.epoch, hole);
      this.#follow(hole.epoch);
    }
  }

  #causeOf(move) {
    const isRecent = (at) => at !== undefined && at <= move.at + hearingMs && move.at - at < evidenceMs;
    // A dataset that begins anew has no holes; each daemon's evidence may move its floor once more.
    if (move.holes.length === 0 && this.emptied.some(isRecent)) return 'emptied';
    if (this.evidence.some((hole) => move.holes.includes(holeName(hole)) && isRecent(hole.at))) return 'forgotten';
    if (this.strays.some(({heardAt}) => isRecent(heardAt))) return 'forgotten';
    return undefined;
  }

  /** How many times Redis has forgotten something that moved the floor: several daemons may have told of the same. */
  get losses() {
    return new Set(this.floors.slice(1).map(({holes}) => holes.at(-1) ?? 'emptied')).size;
  }

  /** Whether Redis has forgotten this id, acknowledged in this epoch (unknown for some). */
  forgot(id, epoch) {
    if (epoch === this.current) return this.floors.some((move) => move.cause === 'emptied' && id < move.floor);
    if (epoch !== undefined) return !this.lineage.has(epoch) || id > this.lineage.get(epoch).base;
    return [...this.lineage.values()].some(({base, boot}) => base < id && id < boot);
  }
}

/** Hears the marks on one server, over all its lives. */
export class Observer {
  #stopped = false;

  constructor(server, history) {
    Object.assign(this, {server, history});
    this.finished = this.#listen();
  }

  async #listen() {
    while (!this.#stopped) {
      const connection = new Redis({
        port: this.server.port, host: '127.0.0.1', retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true,
        enableReadyCheck: false, autoResubscribe: false,
      });
      this.connection = connection;
      connection.on('error', () => {}).on('pmessage', (_, name, message) => {
        this.history.mark(message, this.server.name, name.slice(probeName.length));
      });
      const ended = new Promise((resolve) => connection.once('end', resolve));
      try {
        await connection.connect();
        await connection.psubscribe(`${probeName}*`);
        await ended;
      } catch {
        connection.disconnect();
      }
      if (!this.#stopped) await sleep(20);
    }
  }

  async stop() {
    this.#stopped = true;
    this.connection.disconnect();
    await this.finished;
  }
}
