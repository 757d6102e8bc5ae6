// The results of a comparison as files: raw data, a page of tables, plots; and the generated parts of docs/performance.md.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {refresh} from './page.mjs';
import {drawPlots} from './plots.mjs';
import {groupBy, summarize} from './statistics.mjs';
import {machineLines, targetsTable, workSection} from './tables.mjs';
import {judge} from './targets.mjs';
import {worksOf} from './works.mjs';

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const rawFile = 'results.json';

export function saveRaw(folder, results) {
  fs.mkdirSync(folder, {recursive: true});
  fs.writeFileSync(path.join(folder, rawFile), JSON.stringify(results, null, 1) + '\n');
}

export const loadRaw = (folder) => JSON.parse(fs.readFileSync(path.join(folder, rawFile), 'utf8'));

function summariesOf(works, runs) {
  const byWork = groupBy(runs, (run) => run.work);
  return new Map(works.filter(({name}) => byWork.has(name)).map((work) => [work.name, summarize(byWork.get(work.name), work)]));
}

const plotLinks = (files, folder) => (files ?? []).map((file) => `![${file.replace('.svg', '')}](${folder}${file})`).join('\n\n');

/** Draws the plots into `plotFolder`, which pages name `link`; resolves to the parts of a page. */
async function partsOf(results, plotFolder, link) {
  const works = worksOf(results.scale);
  const summaries = summariesOf(works, results.runs);
  const drawn = await drawPlots(works, summaries, plotFolder);
  const sections = works.filter(({name}) => summaries.has(name)).map((work) => (
    [workSection(work, summaries.get(work.name)), plotLinks(drawn[work.name], link)].filter(Boolean).join('\n\n')
  ));
  const medians = results.repetitions === 1 ? 'one repetition' : `medians of ${results.repetitions} repetitions`;
  const kind = `A ${results.kind} run of ${results.date}, ${medians}`;
  return {
    machine: `${machineLines(results)}\n\n${kind}.${results.kind === 'full' ? '' : ' The targets are meant for a full one.'}`,
    targets: targetsTable(judge(summaries)),
    results: sections.join('\n\n'),
  };
}

/** Writes report.md and the plots next to the raw data. Resolves to the path of the report. */
export async function writeReport(folder, results) {
  const {machine, targets, results: tables} = await partsOf(results, folder, '');
  const file = path.join(folder, 'report.md');
  fs.writeFileSync(file, `# freshetd and its peers\n\n${machine}\n\n## Targets\n\n${targets}\n\n## Results\n\n${tables}\n`);
  return file;
}

/** Fills docs/performance.md in, and draws its plots. Resolves to its path. */
export async function refreshPage(results) {
  refresh(page, await partsOf(results, page.replace(/\.md$/, ''), 'performance/'));
  return page;
}
