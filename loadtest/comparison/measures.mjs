// What is read from sseload's report, and how people see it.

const micros = {unit: 'µs', digits: 2};
const milliseconds = {unit: 'ms', digits: 1};
const perThousand = (micros_) => micros_ / 1000;

/** {title, unit, digits, of}: `of` takes a report of sseload, and gives undefined where it does not apply. */
export const measures = {
  cpu: {title: 'CPU per event', ...micros, of: (report) => report.server?.cpu_us_per_delivery},
  p50: {title: 'p50', ...milliseconds, of: (report) => perThousand(report.latency_us?.p50)},
  p99: {title: 'p99', ...milliseconds, of: (report) => perThousand(report.latency_us?.p99)},
  rate: {title: 'events', unit: '/s', digits: 0, of: (report) => report.deliveries_per_s},
  burst: {title: 'deliveries', unit: '/s', digits: 0, of: (report) => report.burst?.deliveries_per_s},
  memory: {
    title: 'user space', unit: 'B', digits: 0, of: (report) => report.server?.pss_bytes_per_connection,
  },
  memoryGrowth: {
    title: 'grown by', unit: 'B', digits: 0, of: (report) => report.server?.pss_growth_bytes_per_connection,
  },
  kernel: {
    title: 'kernel, both ends', unit: 'B', digits: 0,
    of: ({kernel}) => kernel?.slab_bytes_per_connection + kernel?.socket_bytes_per_connection,
  },
  idle: {title: 'CPU per second', ...micros, of: (report) => report.server?.cpu_us_per_connection_s},
  connect: {
    title: 'CPU to connect', unit: 'µs', digits: 1, of: (report) => report.connect?.cpu_us_per_connection,
  },
  connectRate: {title: 'connections', unit: '/s', digits: 0, of: (report) => report.connect?.per_s},
  storm: {title: 'until all have caught up', unit: 's', digits: 2, of: (report) => report.storm?.seconds},
  stormCpu: {
    title: 'CPU per return', unit: 'µs', digits: 1, of: (report) => report.storm?.cpu_us_per_connection,
  },
  ringReads: {title: 'ring reads', unit: '', digits: 0, of: (report) => report.ring_reads},
  peak: {
    title: 'peak memory', unit: 'MiB', digits: 0, of: (report) => report.server?.memory?.peak_rss_bytes / 2 ** 20,
  },
};

/** {measure: number} of those that the report has. */
export function valuesOf(report, names) {
  const values = names.map((name) => [name, measures[name].of(report)]);
  return Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)));
}

// Adding 0 makes a rounded -0 a 0.
const grouped = (value, digits) => (Number(value.toFixed(digits)) + 0)
  .toLocaleString('en-US', {minimumFractionDigits: digits, maximumFractionDigits: digits});

/** "5.91 µs", or a dash. */
export function shown(name, value) {
  if (!Number.isFinite(value)) return '–';
  const {unit, digits} = measures[name];
  return `${grouped(value, digits)} ${unit}`.replace(' /s', '/s').trim();
}

/** "1.08 ×", or a dash. */
export const shownRatio = (ratio) => (Number.isFinite(ratio) ? `${grouped(ratio, ratio < 10 ? 2 : 0)} ×` : '–');
