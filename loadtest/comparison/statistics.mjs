// The few numbers that runs are reduced to.

/** The middle one (the mean of the middle two), or undefined when there is none. Skips what is no number. */
export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Groups a list into a Map by what `key` says of each, in the order of first appearance. */
export function groupBy(list, key) {
  const groups = new Map();
  for (const item of list) {
    const name = key(item);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return groups;
}

const merge = (runs, measure) => median(runs.map((run) => run.values?.[measure]));

/**
 * What the runs of one work say: for every point and peer {point, peer, runs, errors, values, ratios}. `values` are the
 * medians of the repetitions, `ratios` the medians of each repetition's value divided by the reference's of the same
 * repetition and point.
 */
export function summarize(runs, {reference, measures}) {
  const summaries = [];
  for (const ofPoint of groupBy(runs, (run) => run.point).values()) {
    const references = new Map(ofPoint.filter((run) => run.peer === reference).map((run) => [run.repetition, run]));
    for (const [peer, own] of groupBy(ofPoint, (run) => run.peer)) {
      const values = {};
      const ratios = {};
      for (const measure of measures) {
        values[measure] = merge(own, measure);
        ratios[measure] = median(own.map((run) => run.values?.[measure] / references.get(run.repetition)?.values?.[measure]));
      }
      summaries.push({point: own[0].point, peer, runs: own, errors: own.filter((run) => run.error), values, ratios});
    }
  }
  return summaries;
}
