// Which came first: of two events, of an event and what a client was told. Ids order what one life of a dataset gave out. They
// fall where it begins anew (FLUSHALL) while its ids run ahead of the time, or where a server takes over that has not heard of
// such a change, until a daemon shows what it had seen. Across a fall only the time tells; an event was published at some time
// from its publication's `sentAt` to its `ackedAt`.
import {forgotten} from './truth.mjs';

const sentAt = ({publication}) => publication.sentAt;
const ackedAt = ({publication}) => publication.ackedAt ?? Infinity;

/** Whether event `a` came after `b`: by its id, unless it was surely published before; or surely published later. */
export const follows = (a, b) => (a.id > b.id ? ackedAt(a) >= sentAt(b) : sentAt(a) > ackedAt(b));

/** Whether an event is one of those that a client is owed, whose opening was `first` and which `asked` for it before. */
export function isAfterOpening(event, {asked, first}) {
  if (event.id <= first.id) return sentAt(event) > first.at;
  // Published before the client asked, and yet above its opening: Redis had forgotten it by then.
  return event.state !== forgotten || ackedAt(event) >= asked.at;
}

/**
 * For one who has left for good: tells whether an event came before anything in `entries`, and should have been told before that.
 * An id alone does not say so: who left before ids fell was told higher ones than those of events that came much later.
 */
export function reachOf(truth, entries) {
  const told = entries.filter(({id}) => id !== undefined).sort((a, b) => b.id - a.id);
  const until = told.map((entry) => {
    const event = entry.uid === undefined ? undefined : truth.find(entry.id, entry.uid);
    return event ? ackedAt(event) : entry.at;
  });
  // When the last of those can have been published that have this id or a higher one.
  for (let at = 1; at < until.length; at += 1) until[at] = Math.max(until[at], until[at - 1]);
  return (event) => {
    let [low, high] = [0, told.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (told[middle].id >= event.id) low = middle + 1;
      else high = middle;
    }
    return low > 0 && until[low - 1] >= sentAt(event);
  };
}
