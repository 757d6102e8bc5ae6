// Many numbers over one stream.
import {LastingSource} from '../common/lasting_source.mjs';

/**
 * Calls onValue(name, value, at) with the last value of every number that keeps one, and with every new one; onStale(names)
 * when what is shown of these may be old, and onCurrent(names) when it is not. Returns what ends it.
 */
export function watchNumbers(names, {onValue, onStale, onCurrent}) {
  const query = names.map((name) => `channel=${encodeURIComponent(`machine:${name}`)}`).join('&');
  // `earliest`: everything that the channels keep, which here is the last value of each.
  const source = new LastingSource(`/events?${query}&last_event_id=earliest`);
  source.addEventListener('message', ({data}) => {
    const {name, value, at} = JSON.parse(data);
    onValue(name, value, at);
  });
  // Values went by unseen, which is no loss: the last one is the state, and follows now.
  source.addEventListener('stream-reset', ({data}) => onStale(JSON.parse(data).channels.map((channel) => channel.slice('machine:'.length))));
  source.addEventListener('stream-cursor', ({data}) => JSON.parse(data).resume === 'complete' && onCurrent(names));
  source.addEventListener('error', () => onStale(names));
  return () => source.close();
}
