// What sseload found wrong with the events.

const kinds = {missing: 'lost', repeated: 'twice', out_of_order: 'out of order', resets: 'resets', refused: 'refused',
  disconnects: 'disconnects'};

/** "none", or what was found in all of these runs: "3 lost, 1 twice". */
export function faultsOf(runs) {
  const sums = Object.entries(kinds).map(([kind, title]) => {
    const sum = runs.reduce((total, run) => total + (run.faults?.[kind] ?? 0), 0);
    return sum > 0 && `${sum.toLocaleString('en-US')} ${title}`;
  });
  return sums.filter(Boolean).join(', ') || 'none';
}
