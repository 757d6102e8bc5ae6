// One answer that is being written: follows it from its first token, whenever it is joined, until [DONE].
import {LastingSource} from '../common/lasting_source.mjs';

/** Calls onText(text, done) with the whole text so far. Returns what ends it. */
export function followAnswer(id, onText) {
  let loaded = {parts: 0, text: '', done: false};   // what the backend said last
  const pieces = [];                                // deltas by their number, so that one that comes twice does no harm
  let finished = false;
  let loading;

  const render = () => {
    let {parts, text} = loaded;
    for (; pieces[parts] !== undefined; parts += 1) text += pieces[parts];
    const whole = parts >= pieces.length;
    if (!whole) load();                             // something is missing: it came before the oldest event that is kept
    onText(text, finished && whole);
  };

  // The state as the backend has it. What it already holds of later deltas is skipped by their numbers.
  const load = () => {
    loading ??= fetch(`/answers/${id}`).then(async (reply) => {
      if (reply.ok) loaded = await reply.json();
      if (loaded.done || reply.status === 404) finish();
    }).catch(() => new Promise((resolve) => setTimeout(resolve, 1000))).finally(() => {
      loading = undefined;
      render();
    });
  };

  const finish = () => {
    finished = true;
    source.close();                                 // otherwise it would come back for ever
  };

  // `earliest`: everything that is kept, from the first token on. When the connection breaks, it comes back with
  // the id of the last event, which wins over this parameter.
  const source = new LastingSource(`/events?channel=answer:${id}&last_event_id=earliest`);
  source.addEventListener('delta', ({data}) => {
    const {n, text} = JSON.parse(data);
    pieces[n] = text;
    render();
  });
  source.addEventListener('message', ({data}) => {
    if (data !== '[DONE]') return;
    finish();
    render();
  });
  source.addEventListener('stream-reset', load);    // the rest cannot be had from the stream any more
  // Nothing follows: an answer that was finished long ago is no longer kept as events, only by the application.
  source.addEventListener('stream-cursor', () => setTimeout(() => loaded.parts + pieces.length === 0 && load(), 1000));
  return () => source.close();
}
