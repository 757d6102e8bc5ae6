// What was published and what became of it: the publisher's own knowledge, and at the end that of Redis.

/** A record's id and data; see lib/redis/freshet.lua. */
function decode(record) {
  const match = record.match(/^\x1e1\|(\d+)\|(\d+)\|[^\n]*\n([^]*)$/);
  return match && {id: Number(match[1]), uid: uidOf(match[3])};
}

/** The number that every event's data begins with. */
export const uidOf = (data) => Number.parseInt(data, 10);

/** What an event's data is: its number, filled up. */
export const dataOf = ({uid, bytes}) => `${uid} `.padEnd(bytes, 'x');

export const nameOf = ({id, uid}) => `${id}:${uid}`;

/** The state of one id: kept by Redis, forgotten by it, or uncertain because nobody was told. */
export const kept = 'kept';
export const forgotten = 'forgotten';
export const uncertain = 'uncertain';

export class Truth {
  /** By uid: {uid, channel (of the plan), bytes, sentAt, ackedAt, id, epoch, unclear}. */
  publications = [];
  acknowledged = 0;
  refusals = 0;
  repeats = 0;
  givenUp = 0;
  lastId = 0;

  /** A publication that is about to be sent for the first time. */
  create({channel, bytes, keyed}) {
    const publication = {
      uid: this.publications.length, channel, bytes, key: keyed, sentAt: undefined, ackedAt: undefined, id: undefined,
      epoch: undefined, unclear: false,
    };
    this.publications.push(publication);
    return publication;
  }

  /** Redis said that it has the event. `epoch` is the life of the server that said so, where that is known. */
  acknowledge(publication, id, at, epoch) {
    Object.assign(publication, {id: Number(id), ackedAt: at, epoch});
    this.acknowledged += 1;
    this.lastId = Math.max(this.lastId, publication.id);
  }

  /**
   * Settles what became of everything, once nothing more is published. `rings` are the final ones: Map of channel to records;
   * `delivered` gives each {id, uid, on: an instance, at} that a client was sent; `history` is the observer's.
   */
  settle({rings, delivered, history}) {
    this.problems = [];
    this.byId = new Map();
    const inRing = [];
    for (const [channel, records] of rings) {
      for (const record of records) {
        const entry = decode(record);
        if (entry && this.publications[entry.uid]) inRing.push(entry);
        else this.problems.push(`a record that nobody published in the ring of ${channel}: ${record.slice(0, 80)}`);
      }
    }
    const isInRing = new Set(inRing.map(nameOf));

    for (const publication of this.publications) {
      const {id, uid, channel, epoch} = publication;
      if (id === undefined) continue;
      const lost = channel.ring ? history.forgot(id, epoch) : !isInRing.has(nameOf({id, uid}));
      this.#add(id, publication, lost ? forgotten : kept);
      if (lost && !history.hasForgotten) {
        this.problems.push(`Redis said that it has ${id} (${channel.name}), has it no more, and nothing explains that`);
      }
    }
    for (const entry of inRing) this.#found(entry, kept, history);
    for (const entry of delivered) {
      this.#found(entry, uncertain, history);
      this.find(entry.id, entry.uid).seenBy.set(entry.on, entry.at);
    }

    this.channels = new Map();
    this.reused = [];
    for (const [id, events] of [...this.byId].sort(([a], [b]) => a - b)) {
      if (events.length > 1) {
        const whom = JSON.stringify(events.map(({state, publication}) => ({state, ...publication})));
        this.reused.push(`the id ${id} was given out ${events.length} times: ${whom}`);
      }
      for (const event of events) {
        if (!this.channels.has(event.channel)) this.channels.set(event.channel, []);
        this.channels.get(event.channel).push(event);
      }
    }
    return this;
  }

  #add(id, publication, state) {
    const event = {id, state, channel: publication.channel.name, publication, seenBy: new Map()};
    if (this.byId.has(id)) this.byId.get(id).push(event);
    else this.byId.set(id, [event]);
  }

  // An id that no answer named: right only where an answer was lost on its way.
  #found({id, uid}, state, history) {
    if (this.find(id, uid)) return;
    const publication = this.publications[uid];
    if (!publication.unclear) this.problems.push(`publication ${uid} has the id ${id}, too: ${JSON.stringify(publication)}`);
    else if (publication.id !== undefined && publication.key && !history.hasForgotten) {
      this.problems.push(`publication ${uid} was taken twice in spite of its key: ${id}, ${publication.id}`);
    }
    this.#add(id, publication, state);
  }

  /** The event with this id and of this publication. (Two of one id are a violation, and yet two events.) */
  find(id, uid) {
    return this.byId.get(id)?.find(({publication}) => publication.uid === uid);
  }

  count(state) {
    return [...this.byId.values()].flat().filter((event) => event.state === state).length;
  }
}
