// A build that runs: its lines from the first one on, however late the page is opened.
import {LastingSource} from '../common/lasting_source.mjs';

/** Calls onChange({lines, percent, code}) whenever there is more; code is null until the build has ended. Returns what ends it. */
export function followBuild(id, onChange) {
  const lines = [];          // by their number, so that one that comes twice does no harm
  let code = null;
  let expected = 0;          // so many lines there must be
  let loading = false;

  const changed = () => {
    // Something is missing: it came before the oldest event that is kept.
    for (let n = 0; n < expected; n += 1) if (lines[n] === undefined) return load();
    onChange({lines: lines.map(({text}) => text), percent: lines.at(-1)?.percent ?? 0, code});
  };

  const load = async () => {
    if (loading) return;
    loading = true;
    try {
      const reply = await fetch(`/builds/${id}`);
      if (reply.status === 404) return source.close();
      const state = await reply.json();
      state.lines.forEach((line, n) => { lines[n] = line; });
      expected = Math.max(expected, lines.length);
      if (state.code !== null) finish(state.code);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    loading = false;
    changed();
  };

  const finish = (exitCode) => {
    code = exitCode;
    source.close();          // otherwise it would come back for ever
  };

  const source = new LastingSource(`/events?channel=build:${id}&last_event_id=earliest`);
  source.addEventListener('line', ({data}) => {
    const {n, text, percent} = JSON.parse(data);
    lines[n] = {text, percent};
    expected = Math.max(expected, n + 1);
    changed();
  });
  source.addEventListener('finished', ({data}) => {
    const end = JSON.parse(data);
    expected = end.lines;
    finish(end.code);
    changed();
  });
  source.addEventListener('stream-reset', load);   // the rest cannot be had from the stream any more
  // Nothing follows: a build that ended long ago is no longer kept as events, only by the application.
  source.addEventListener('stream-cursor', () => setTimeout(() => expected === 0 && load(), 1000));
  return () => source.close();
}
