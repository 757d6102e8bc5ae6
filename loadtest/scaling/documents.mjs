// The tables of docs/scaling.md, which stand between markers there.
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {refresh} from '../comparison/page.mjs';
import {table} from '../comparison/tables.mjs';
import {constantsFile, loadConstants, loadHead, loadSources, units} from './constants.mjs';
import {defaultPlan} from './options.mjs';
import {firstWall, planOf} from './plan.mjs';
import {loadPoints, pointsFile, predict} from './points.mjs';
import {profiles} from './profiles.mjs';
import {comparisonTable, resultOf, shownBytes, shownNumber, wallText} from './report.mjs';
import {trafficOf} from './traffic.mjs';

/** The page that is refreshed. */
export const page = fileURLToPath(new URL('../../docs/scaling.md', import.meta.url));

const sizes = [1e5, 1e6, 1e7];

function profileSection({about, traffic: given}, constants) {
  const traffic = trafficOf(given);
  const plan = defaultPlan;
  const result = (streams) => resultOf({traffic, streams, plan}, planOf(traffic, constants, streams, plan), constants);
  const pipelined = firstWall({...traffic, pipelined: true}, constants, plan);
  const same = wallText(pipelined) === wallText(firstWall(traffic, constants, plan));
  const also = same ? '' : ` If publishers pipeline: ${wallText(pipelined)}.`;
  return `${about}.\n\n${comparisonTable(sizes.map(result))}${also}`;
}

// Costs for people.
const cost = (value, unit) => (unit === 'B' ? shownBytes(value) : `${Number(value.toPrecision(3)).toLocaleString('en-US')} ${unit}`);

function constantsTable(constants) {
  const sources = loadSources(constantsFile);
  const rows = Object.entries(constants).map(([name, value]) => [`\`${name}\``, cost(value, units[name]), sources[name]]);
  return table(['Constant', 'Value', 'Where it is from'], rows);
}

const exact = {
  deliveries_per_s: (value) => shownNumber(value), instance_cores: (value) => value.toFixed(3),
  redis_cores: (value) => value.toFixed(3), user_bytes: (value) => `${(value / 2 ** 20).toFixed(1)} MiB`,
};

function pointsTable(constants) {
  const rows = loadPoints(pointsFile).map((point) => {
    const predicted = predict(point, constants);
    const cells = Object.entries(exact).map(([name, text]) => (
      point.measured[name] === null ? '–' : `${text(point.measured[name])} / ${text(predicted[name])}`
    ));
    return [point.title, point.processes, ...cells];
  });
  return table(['Traffic', 'Processes', 'Deliveries a second', 'Cores of all instances', 'Cores of Redis', 'User space'], rows);
}

/** What stands between the markers: {name: Markdown}. */
export function partsOf(constants) {
  const {kind, date, machine, versions} = loadHead(constantsFile);
  const pairs = (object) => Object.entries(object).map(([name, value]) => `${name} ${value}`).join(', ');
  return {
    ...Object.fromEntries(Object.entries(profiles).map(([name, profile]) => [name, profileSection(profile, constants)])),
    constants: `${constantsTable(constants)}\n\nA ${kind} measurement of ${date}. ${pairs(machine)}; ${pairs(versions)}.`,
    points: pointsTable(constants),
  };
}

/** Refreshes the page; returns its path. */
export function refreshDocs(constants = loadConstants()) {
  refresh(page, partsOf(constants));
  return path.relative('', page);
}
