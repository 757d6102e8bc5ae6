// Markdown tables of a comparison.
import {faultsOf} from './faults.mjs';
import {measures, shown, shownRatio} from './measures.mjs';
import {peers} from './peers.mjs';
import {groupBy} from './statistics.mjs';

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const reachedText = (reached) => (reached === undefined ? 'not measured' : reached ? 'reached' : '**not reached**');

export const targetsTable = (targets) => table(
  ['Work', 'What', 'Target', 'Figure', ''],
  targets.map(({title, what, bound, figure, reached}) => [title, what, bound, figure, reachedText(reached)]),
);

const pairs = (object) => Object.entries(object).map(([name, value]) => `${name} ${value}`).join(', ');

export const machineLines = ({machine, versions}) => `Machine: ${pairs(machine)}.\n\nVersions: ${pairs(versions)}.`;

function peerRow(summary, work) {
  const title = peers[summary.peer].title;
  if (summary.errors.length === summary.runs.length) {
    return [title, `failed: ${summary.errors[0].error}`, ...work.measures.slice(1).map(() => ''), ''];
  }
  const cells = work.measures.map((name) => {
    const ratio = summary.peer === work.reference ? '' : shownRatio(summary.ratios[name]);
    return shown(name, summary.values[name]) + (ratio && ratio !== '–' ? ` (${ratio})` : '');
  });
  const failed = summary.errors.length > 0 ? `; ${summary.errors.length} of ${summary.runs.length} runs failed` : '';
  return [title, ...cells, faultsOf(summary.runs) + failed];
}

/** One work: a table for each of its points. Ratios are those to the work's reference. */
export function workSection(work, summaries) {
  const head = ['', ...work.measures.map((name) => measures[name].title), 'faults'];
  const parts = [...groupBy(summaries, (summary) => summary.point)].map(([point, ofPoint]) => {
    const order = work.peers.map((peer) => ofPoint.find((summary) => summary.peer === peer)).filter(Boolean);
    return (point ? `${point}:\n\n` : '') + table(head, order.map((summary) => peerRow(summary, work)));
  });
  return `### ${work.title}\n\n${work.about}. In brackets: to ${peers[work.reference].title}.\n\n${parts.join('\n\n')}`;
}
