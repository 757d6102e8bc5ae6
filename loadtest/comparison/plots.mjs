// Plots as SVG, drawn by gnuplot.
import fs from 'node:fs';
import path from 'node:path';

import {run} from '../../tests/support/process.mjs';
import {peers} from './peers.mjs';
import {median} from './statistics.mjs';

const quoted = (text) => `"${String(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const colours = {freshetd: '#0b6e4f', limit: '#555555', 'limit-coalescing': '#aaaaaa', node: '#d98e04', nchan: '#2a5caa',
  'nchan-redis': '#8fb1e3'};

const header = (file, title) => [
  `set terminal svg size 760,440 dynamic font "sans-serif,13" background "#ffffff"`,
  `set output ${quoted(file)}`,
  `set title ${quoted(title)} font ",12" noenhanced`,
  'set key below noenhanced', 'set rmargin 6',
  'set grid ytics linecolor "#dddddd"',
  'set border 3 linecolor "#888888"',
  'set tics nomirror textcolor "#444444"',
];

// A here-document of gnuplot: rows of a position and a value.
const data = (name, rows) => [`$${name} << END`, ...rows.map((row) => row.join(' ')), 'END'];

const line = 'with linespoints linewidth 2 pointtype 7 pointsize 0.6';
const lines = (curves) => `plot ${curves.map(({block, peer}) => (
  `$${block} using 1:2 ${line} linecolor rgb ${quoted(colours[peer])} title ${quoted(peers[peer].title)}`
)).join(', ')}`;

const block = (peer) => peer.replace('-', '_');

const percentiles = [['p50', 'p50'], ['p90', 'p90'], ['p99', 'p99'], ['p999', 'p99.9'], ['max', 'max']];

/** Latencies of one work: percentiles on x, milliseconds on y. */
function latencyPlot(file, work, summaries) {
  const curves = summaries.map(({peer, runs}) => {
    const rows = percentiles.map(([name], x) => [x, median(runs.map((one) => one.report?.latency_us?.[name] / 1000))]);
    return {peer, block: block(peer), rows: rows.filter(([, value]) => value > 0)};
  }).filter(({rows}) => rows.length > 0);
  if (curves.length === 0) return undefined;
  return [
    ...header(file, `Latency. ${work.about}`),
    'set logscale y', 'set ylabel "ms"', 'set xrange [-0.2:4.2]',
    `set xtics (${percentiles.map(([, title], x) => `${quoted(title)} ${x}`).join(', ')})`,
    ...curves.flatMap((curve) => data(curve.block, curve.rows)),
    lines(curves),
  ];
}

/** One measure of every peer as bars, on a logarithmic scale with the number above. */
function barPlot(file, title, unit, bars) {
  const known = bars.filter(({value}) => value > 0);
  if (known.length === 0) return undefined;
  return [
    ...header(file, title),
    'unset key', 'set logscale y', `set ylabel ${quoted(unit)}`, 'set boxwidth 0.6', 'set style fill solid',
    `set xrange [-0.6:${known.length - 0.4}]`,
    `set yrange [${Math.min(...known.map(({value}) => value)) / 3}:${Math.max(...known.map(({value}) => value)) * 2}]`,
    `set xtics (${known.map(({peer}, x) => `${quoted(peers[peer].title)} ${x}`).join(', ')}) rotate by -20 noenhanced`,
    ...known.flatMap(({peer, value}, x) => data(block(peer), [[x, value]])),
    `plot ${known.flatMap(({peer}) => [
      `$${block(peer)} using 1:2 with boxes linecolor rgb ${quoted(colours[peer])} notitle`,
      `$${block(peer)} using 1:2:(sprintf("%.0f", $2)) with labels offset 0,0.7 notitle`,
    ]).join(', ')}`,
  ];
}

/** One measure against the points of a work. */
function growthPlot(file, title, xlabel, unit, measure, summaries) {
  const names = [...new Set(summaries.map(({peer}) => peer))];
  const curves = names.map((peer) => {
    const own = summaries.filter((summary) => summary.peer === peer);
    const rows = own.map(({runs, values}) => [runs[0].x, values[measure]]);
    return {peer, block: block(peer), rows: rows.filter(([, value]) => Number.isFinite(value))};
  }).filter(({rows}) => rows.length > 0);
  if (curves.length === 0) return undefined;
  const xs = [...new Set(curves.flatMap(({rows}) => rows.map(([x]) => x)))].sort((a, b) => a - b);
  return [
    ...header(file, title),
    'set logscale x', `set xrange [${xs[0] / 1.3}:${xs.at(-1) * 1.3}]`,
    `set xtics (${xs.map((x) => `${quoted(x.toLocaleString('en-US'))} ${x}`).join(', ')})`,
    `set xlabel ${quoted(xlabel)}`, `set ylabel ${quoted(unit)}`, 'set yrange [0:*]',
    ...curves.flatMap((curve) => data(curve.block, curve.rows)),
    lines(curves),
  ];
}

const plots = {
  'latency-broadcast': {of: 'broadcast', draw: latencyPlot},
  'latency-durable': {of: 'durable', draw: latencyPlot},
  memory: {
    of: 'memory',
    draw: (file, work, summaries) => barPlot(file, `User-space memory per connection. ${work.about}`, 'bytes',
      summaries.map(({peer, values}) => ({peer, value: values.memory}))),
  },
  'cpu-connections': {
    of: 'growth-connections',
    draw: (file, work, summaries) => growthPlot(file, `CPU per event. ${work.about}`, 'connections', 'µs', 'cpu', summaries),
  },
  'cpu-channels': {
    of: 'growth-channels',
    draw: (file, work, summaries) => growthPlot(file, 'CPU per event: a client for each channel with events', 'channels', 'µs',
      'cpu', summaries),
  },
};

/** Draws what the summaries (Map of work's name to list) have data for. Resolves to {work: [file name]}. */
export async function drawPlots(works, summaries, folder) {
  fs.mkdirSync(folder, {recursive: true});
  const drawn = {};
  for (const [name, {of, draw}] of Object.entries(plots)) {
    const work = works.find((one) => one.name === of);
    const file = `${name}.svg`;
    const script = summaries.has(of) && draw(file, work, summaries.get(of));
    if (!script) continue;
    const source = path.join(folder, `${name}.gnuplot`);
    fs.writeFileSync(source, script.join('\n') + '\n');
    const {code, stderr} = await run('gnuplot', [path.resolve(source)], {cwd: folder});
    fs.rmSync(source);
    if (code === 0) (drawn[of] ??= []).push(file);
    else console.error(`gnuplot: ${file}: ${stderr.trim()}`);
  }
  return drawn;
}
