// The targets that freshetd is held to, and whether a comparison reached them.
import {shown, shownRatio} from './measures.mjs';
import {median} from './statistics.mjs';

const subject = 'freshetd';

/** What the summaries of all works (Map of work to list) say, for the targets to ask. Unknown figures are undefined. */
class Figures {
  constructor(summaries) {
    this.summaries = summaries;
  }

  of(work, peer = subject) {
    return (this.summaries.get(work) ?? []).filter((summary) => summary.peer === peer);
  }

  value(work, measure, {peer, at = 0} = {}) {
    return this.of(work, peer).at(at)?.values[measure];
  }

  /** To the reference of the work. */
  ratio(work, measure) {
    return this.of(work)[0]?.ratios[measure];
  }

  /** To another peer, the median over the repetitions. */
  against(work, measure, other) {
    const others = this.of(work, other)[0]?.runs ?? [];
    return median((this.of(work)[0]?.runs ?? []).map((run) => {
      const same = others.find(({repetition}) => repetition === run.repetition);
      return run.values?.[measure] / same?.values?.[measure];
    }));
  }

  /** From the first point of the work to the last one. */
  growth(work, measure, {peer, from = 0} = {}) {
    return this.value(work, measure, {peer, at: -1}) / this.value(work, measure, {peer, at: from});
  }

  growthToLimit(work, measure) {
    return this.growth(work, measure) / this.growth(work, measure, {peer: 'limit'});
  }

  /**
   * Of a figure per connection: what one more connection adds to the whole towards the last point, to what it adds before.
   * What the process takes without any, and gives back after its start, drops out.
   */
  slopeGrowth(work, measure) {
    const [first, middle, last] = this.of(work).map(({values, runs}) => ({x: runs[0].x, whole: values[measure] * runs[0].x}));
    if (last === undefined) return undefined;
    const slope = (from, to) => (to.whole - from.whole) / (to.x - from.x);
    return slope(middle, last) / slope(first, middle);
  }

  /** The place of the work's last point in a plot. */
  x(work) {
    return this.of(work).at(-1)?.runs[0].x ?? NaN;
  }

  anyFaults() {
    const runs = [...this.summaries.keys()].flatMap((work) => this.of(work)).flatMap((summary) => summary.runs);
    if (runs.length === 0) return undefined;
    return runs.some(({faults}) => faults?.missing + faults?.repeated + faults?.out_of_order > 0);
  }
}

const asBytes = (value) => shown('memory', value);

/** The list of {title, what, bound, figure, reached}; reached is undefined where nothing was measured. */
export function judge(summaries) {
  const figures = new Figures(summaries);
  const rows = [];
  const row = (title, what, bound, figure, reached) => {
    rows.push({title, what, bound, figure, reached: figure === '–' ? undefined : reached});
  };
  const atMost = (title, what, bound, figure, text = shownRatio) => {
    row(title, what, `≤ ${text(bound)}`, Number.isFinite(figure) ? text(figure) : '–', figure <= bound);
  };
  const atLeast = (title, what, bound, figure, text = shownRatio) => {
    row(title, what, `≥ ${text(bound)}`, Number.isFinite(figure) ? text(figure) : '–', figure >= bound);
  };

  atMost('Paced broadcast', 'CPU per event to limit', 1.1, figures.ratio('broadcast', 'cpu'));
  atMost('', 'p99 to limit', 1.2, figures.ratio('broadcast', 'p99'));
  atLeast('Burst', 'deliveries to limit-coalescing', 0.7, figures.ratio('burst', 'burst'));
  atLeast('', 'deliveries to Node.js', 8, figures.against('burst', 'burst', 'node'));
  atLeast('', 'deliveries to nchan', 30, figures.against('burst', 'burst', 'nchan'));
  atMost('A channel each, durable', 'CPU per event to limit', 1.2, figures.ratio('durable', 'cpu'));
  atMost('', 'p99 to limit', 1.5, figures.ratio('durable', 'p99'));
  atLeast('A channel each, as fast as it goes', 'events to limit', 0.85, figures.ratio('flood', 'rate'));
  atMost('Idle memory', 'user space per connection, one process', 700, figures.value('memory', 'memory'), asBytes);
  atMost('', 'user space per connection, three processes', 700, figures.value('memory-three', 'memory'), asBytes);
  atMost('Connecting', 'CPU per connection to limit', 1.5, figures.ratio('connect', 'connect'));
  atMost('Reconnect storm', 'time to limit, which replays nothing', 2, figures.ratio('storm', 'storm'));
  atMost('', 'ring reads of the one channel', 5, figures.value('storm', 'ringReads'), String);
  atMost('Growth', 'CPU per event with connections, growth to that of limit', 1.15,
    figures.growthToLimit('growth-connections', 'cpu'));
  atMost('', 'CPU per event with channels, growth to that of limit', 1.15, figures.growthToLimit('growth-channels', 'cpu'));
  atMost('', 'memory that one more connection takes, among many to among few', 1.15, figures.slopeGrowth('growth-connections', 'memory'));
  atMost('Stalled readers', 'p99 of the others to that without them', 1.2, figures.growth('stalled', 'p99'));
  const more = figures.value('stalled', 'peak', {at: -1}) - figures.value('stalled', 'peak');
  row('', 'memory more than without them', '≤ 1 MiB each', shown('peak', more), more <= figures.x('stalled'));
  const faults = figures.anyFaults();
  row('All of them', 'events lost, twice or out of order', 'none', {true: 'some', false: 'none'}[faults] ?? '–', !faults);
  return rows;
}
