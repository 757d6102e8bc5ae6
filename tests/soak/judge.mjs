// The oracle. Every client must have been told each event of its channels once and in order, or a reset that names the channel;
// and every reset must be one that the rules of docs/resume.md give: a ring that was cut, a TTL that ran out, or writes that
// Redis has verifiably forgotten.
import {follows, isAfterOpening, reachOf} from './order.mjs';
import {forgotten, uncertain} from './truth.mjs';

/** Marks are heard here a little later than at the daemons. */
const slackMs = 1000;
const second = 1_000_000;
/** What a client was told around a publication that it did not get. */
const contextMs = 2000;

export class Judge {
  violations = [];
  counts = {delivered: 0, lost: 0, twice: 0, disorder: 0, expected: 0, unexpected: 0, undetectable: 0, fresh: 0, complete: 0};
  resets = {};

  constructor({truth, history, chronicle}) {
    Object.assign(this, {truth, history, chronicle});
    for (const text of truth.problems) this.#report('truth', {text});
    for (const text of truth.reused) this.#report('id-reused', {text});
    for (const move of history.floors.filter(({cause}) => cause === undefined)) {
      this.#report('history', {at: move.at, text: `the floor moved to ${move.floor}, and Redis had forgotten nothing`});
    }
  }

  #report(kind, {client, at, text, context}) {
    this.violations.push({kind, client: client?.name, at, text, context});
  }

  judge(client) {
    for (const {at, text} of client.problems) this.#report('protocol', {client, at, text});
    client.lives.forEach((entries, index) => this.#life(client, entries, index === client.lives.length - 1));
  }

  #life(client, entries, isLast) {
    const begin = entries.findIndex(({control}) => control !== undefined);
    if (begin < 0) {
      if (isLast) this.#report('behind', {client, text: 'never opened'});
      return;
    }
    this.#order(client, entries);
    for (const channel of client.plan.channels) this.#channel(client, channel, entries, {first: entries[begin], isLast});
  }

  /** Ids rise, openings come first and once, and a complete one repeats the cursor. */
  #order(client, entries) {
    let last = 0;
    let opening;
    entries.forEach((entry, at) => {
      const wrong = (kind, text) => {
        this.counts[kind] = (this.counts[kind] ?? 0) + 1;
        this.#report(kind, {client, at: entry.at, text, context: entries.slice(Math.max(0, at - 6), at + 3)});
      };
      if (entry.open !== undefined) {
        opening = entry;
        last = entry.open;
        return;
      }
      if (entry.control === 'stream-reset') {
        this.#reset(client, entry, {cursor: last, opening, wrong});
        if (entry.id < last && entry.json.reason !== 'unknown-id') {
          wrong('disorder', `a reset's id goes backwards, from ${last} to ${entry.id}`);
        }
        opening = undefined;
        last = entry.id;
        return;
      }
      if (entry.control !== undefined) {
        const {resume} = entry.json;
        if (resume === 'fresh') this.counts.fresh += 1;
        if (resume === 'complete') this.counts.complete += 1;
        const isOpening = opening !== undefined;
        if ((resume === 'position') === isOpening) wrong('protocol', `${resume} ${isOpening ? 'as the opening' : 'in mid-stream'}`);
        if (resume === 'complete' && entry.id !== last) {
          wrong('protocol', `a complete opening at ${entry.id} does not repeat the cursor ${last}`);
        }
        if (entry.id < last) wrong('disorder', `an id goes backwards, from ${last} to ${entry.id}`);
        opening = undefined;
        last = entry.id;
        return;
      }
      this.counts.delivered += 1;
      if (opening) wrong('protocol', 'an event before the opening');
      if (entry.id === last) wrong('twice', `event ${entry.id} again`);
      else if (entry.id < last) wrong('disorder', `event ${entry.id} after ${last}`);
      last = Math.max(last, entry.id);
    });
  }

  /** Each event of a channel is there, or a reset explains that it is not. */
  #channel(client, channel, entries, {first, isLast}) {
    const events = this.truth.channels.get(channel) ?? [];
    const resets = entries.filter(({control, json}) => control === 'stream-reset' && json.channels.includes(channel));
    const seen = new Set();
    // Of this channel, in the order in which they came: {entry, event}.
    const received = [];
    for (const entry of entries) {
      const event = entry.uid === undefined ? undefined : this.truth.find(entry.id, entry.uid);
      if (event?.channel !== channel) continue;
      if (seen.has(event)) {
        this.counts.twice += 1;
        this.#report('twice', {client, at: entry.at, text: `event ${entry.id} of ${channel} again`});
      }
      seen.add(event);
      received.push({entry, event});
    }
    const reached = isLast ? () => true : reachOf(this.truth, entries);
    for (const event of events) {
      if (event.state === uncertain || seen.has(event) || !isAfterOpening(event, {asked: entries[0], first}) || !reached(event)) continue;
      const following = received.findIndex((each) => follows(each.event, event));
      const earliest = (following < 0 ? received.at(-1) : received[following - 1])?.entry.at ?? first.at;
      const latest = received[following]?.entry.at ?? Infinity;
      const {sentAt} = event.publication;
      const wasAway = this.history.wasAway(event.id);
      // Who left for good cannot be told of what came back, or came with a lower id from a server that came back, after that.
      if (!isLast && wasAway && event.state !== forgotten) continue;
      const isLate = event.state === forgotten || wasAway;
      const told = resets.some(({id, at, json}) => at >= sentAt
        && (isLate || (at >= earliest && at <= latest) || (json.reason === 'history-lost' && id >= event.id)));
      if (told) continue;
      this.#missing(client, event, {entries, latest});
    }
  }

  /** Whether the process of an instance that was there at `from` was there at `to`. */
  #lived = (instance, from, to) => !this.chronicle.overlaps(from, to, ['killed', 'stopped'], instance);

  #missing(client, event, {entries, latest}) {
    if (event.state === forgotten && !this.history.isKnown(event, this.#lived)) {
      this.counts.undetectable += 1;
      return;
    }
    this.counts.lost += 1;
    const at = entries.findIndex((entry) => entry.id > event.id);
    this.#report('lost', {
      client, at: latest === Infinity ? event.publication.ackedAt : latest,
      text: `event ${event.id} of ${event.channel} (${event.state}, published at ${Math.round(event.publication.sentAt)} ms) ` +
        `never came; seen by ${JSON.stringify([...event.seenBy])}`,
      context: [...(at < 0 ? entries.slice(-6) : entries.slice(Math.max(0, at - 4), at + 3)),
        ...entries.filter((entry) => Math.abs(entry.at - event.publication.sentAt) < contextMs && (entry.uid === undefined || entry.id > event.id))
          .slice(0, 12)],
    });
  }

  #reset(client, entry, {cursor, opening, wrong}) {
    const {reason, channels} = entry.json;
    const unjustified = channels.length === 0 ? ['no channel at all'] : reason === 'history-lost' || reason === 'unknown-id'
      ? (this.#isHistoryLost(cursor, entry, reason) ? [] : channels)
      : channels.filter((channel) => !this.#isCut(channel, cursor, entry));
    const name = `${reason}${opening ? '' : ', in mid-stream'}`;
    const count = this.resets[name] ??= {expected: 0, unexpected: 0};
    if (unjustified.length === 0) {
      count.expected += 1;
      this.counts.expected += 1;
    } else {
      count.unexpected += 1;
      wrong('unexpected', `a reset (${name}) after ${cursor} that nothing justifies on ${unjustified.join(', ')}`);
    }
  }

  /** More events after the cursor than the ring keeps, or a ring whose last event is older than the TTL. */
  #isCut(channel, cursor, {at}) {
    // What was forgotten later may have filled the ring at that time.
    const events = (this.truth.channels.get(channel) ?? []).filter(({publication}) => publication.sentAt <= at);
    const ring = events.at(-1)?.publication.channel.ring ?? this.ring;
    if (events.filter(({id}) => id > cursor).length > ring) return true;
    const newest = events.at(-1)?.id ?? 0;
    return newest - this.ttl * second > cursor;
  }

  /** The floor rose above the cursor, or the cursor is from a stretch that Redis forgot. */
  #isHistoryLost(cursor, {at}, reason) {
    const before = at + slackMs;
    if (reason === 'unknown-id') return this.history.hasForgotten;
    return this.history.floors.some((move) => ['emptied', 'forgotten'].includes(move.cause) && move.at <= before && cursor < move.floor)
      || this.history.evidence.some((hole) => hole.at <= before && hole.base < cursor && cursor < hole.boot);
  }

  /** Connections may end only because a client, its daemon or nginx ended them. */
  connections(clients) {
    const counts = {connections: 0, self: 0, explained: 0, dropped: 0, torn: 0, longestSilence: {ms: 0}, longestSilenceInTrouble: {ms: 0}};
    for (const client of clients) {
      for (const connection of client.connections) {
        counts.connections += 1;
        this.#silence(client, connection, counts);
        if (connection.end === undefined) continue;
        if (connection.self) {
          counts.self += 1;
          continue;
        }
        const {to, instance, end} = connection;
        const ofProxy = !client.plan.direct && this.chronicle.within(to, ['reload']);
        // Who was not let in, by nginx on behalf of all, can blame any of them.
        const explained = ofProxy
          || this.chronicle.within(to, ['killed', 'stopped'], connection.opened === undefined ? undefined : instance);
        if (explained) {
          counts.explained += 1;
          const mustBeClean = !ofProxy && this.chronicle.within(to, ['stopped'], instance)
            && !this.chronicle.within(to, ['killed'], instance);
          if (end === 'torn' && mustBeClean) {
            counts.torn += 1;
            this.#report('torn', {client, at: to, text: `a drained stream of ${instance} was cut off instead of ended`});
          }
        } else {
          counts.dropped += 1;
          const text = `its stream on ${instance ?? 'nobody'} ended (${end}) for no reason of its own: ${JSON.stringify(connection)}`;
          this.#report('dropped', {client, at: to, text});
        }
      }
    }
    return counts;
  }

  #silence(client, {silence, silentAt, instance}, counts) {
    if (silence === 0) return;
    const until = silentAt + silence;
    const inTrouble = (!client.plan.direct && this.chronicle.within(until, ['reload']))
      || this.chronicle.within(until, ['killed', 'stopped'], instance);
    const place = inTrouble ? 'longestSilenceInTrouble' : 'longestSilence';
    if (silence > counts[place].ms) counts[place] = {ms: Math.round(silence), client: client.name, instance, at: Math.round(silentAt)};
    if (silence > this.silenceMs && !inTrouble) {
      this.#report('silence', {client, at: silentAt, text: `nothing heard on ${instance} for ${Math.round(silence)} ms`});
    }
  }
}

