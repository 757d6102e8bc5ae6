// What a soak found, as an object and as a table for people.
import fs from 'node:fs';
import path from 'node:path';

import {forgotten, uncertain} from './truth.mjs';

const shownViolations = 10;

export function makeReport({options, world, judge, connections, recoveries, lag, cpu}) {
  const {truth, history, chronicle} = world;
  const {counts, violations, resets} = judge;
  const report = {
    seed: options.seed, seconds: options.seconds, world: options.world, clients: options.clients, channels: options.channels,
    faults: recoveries.summary,
    published: truth.publications.length, acknowledged: truth.acknowledged, repeated: truth.repeats, refused: truth.refusals,
    givenUp: truth.givenUp, forgottenByRedis: truth.count(forgotten), uncertain: truth.count(uncertain),
    delivered: counts.delivered, lost: counts.lost, twice: counts.twice, outOfOrder: counts.disorder,
    undetectable: counts.undetectable,
    resetsExpected: counts.expected, resetsUnexpected: counts.unexpected, resets,
    openings: {fresh: counts.fresh, complete: counts.complete},
    connections: {opened: connections.connections, endedByClient: connections.self, endedByInstanceOrProxy: connections.explained,
      dropped: connections.dropped, cutOff: connections.torn},
    longestSilence: connections.longestSilence, longestSilenceInTrouble: connections.longestSilenceInTrouble,
    epochs: history.epochs.size, losses: history.losses,
    floorMoves: history.floors.slice(1).map(({cause, at}) => ({cause, at: Math.round(at)})),
    harness: {lagMaxMs: Math.round(lag.max / 1e6), cpuSeconds: Math.round((cpu.user + cpu.system) / 1e6)},
    violations: violations.length, violationsByKind: countBy(violations.map(({kind}) => kind)),
    logs: world.folder,
  };
  const details = {report, chronicle: chronicle.lines, violations: violations.map((each) => withSurroundings(each, chronicle))};
  return {...details, ok: violations.length === 0, keep: () => write(world, details), remove: () => world.removeFolder()};
}

function countBy(words) {
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const withSurroundings = (violation, chronicle) =>
  ({...violation, around: violation.at === undefined ? [] : chronicle.around(violation.at)});

function write({folder, truth, clients}, {report, chronicle, violations}) {
  fs.writeFileSync(path.join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  fs.writeFileSync(path.join(folder, 'chronicle.txt'), `${chronicle.join('\n')}\n`);
  fs.writeFileSync(path.join(folder, 'violations.json'), `${JSON.stringify(violations, null, 1)}\n`);
  const lines = (list) => list.map((each) => `${JSON.stringify(each)}\n`).join('');
  fs.writeFileSync(path.join(folder, 'publications.jsonl'), lines(truth.publications));
  fs.writeFileSync(path.join(folder, 'connections.jsonl'),
    lines(clients.flatMap(({name, connections}) => connections.map((connection) => ({client: name, ...connection})))));
}

const pair = (spread) => (spread ? `${String(spread.median).padStart(7)} ${String(spread.max).padStart(7)}` : '      -       -');

/** The report as text. */
export function tableOf({report, violations}) {
  const row = (name, value) => `${name.padEnd(26)}${value}`;
  const lines = [
    row('seed, seconds, world', `${report.seed}, ${report.seconds}, ${report.world}`),
    row('clients × channels', `${report.clients} × ${report.channels}`),
    row('events published', `${report.published}: ${report.acknowledged} acknowledged, ${report.repeated} asked for again, ` +
      `${report.refused} refusals, ${report.givenUp} given up without a key`),
    row('forgotten by Redis', `${report.forgottenByRedis}; ${report.uncertain} whose fate nobody was told`),
    row('delivered', `${report.delivered}`),
    row('lost', `${report.lost}${report.undetectable ? ` (and ${report.undetectable} that nobody could know of)` : ''}`),
    row('twice', `${report.twice}`),
    row('out of order', `${report.outOfOrder}`),
    row('resets expected', `${report.resetsExpected}${describeResets(report.resets, 'expected')}`),
    row('resets unexpected', `${report.resetsUnexpected}${describeResets(report.resets, 'unexpected')}`),
    row('streams opened', `${report.connections.opened}: ${report.openings.fresh} fresh, ${report.openings.complete} complete`),
    row('streams ended',
      `${report.connections.endedByClient} by the client, ${report.connections.endedByInstanceOrProxy} by daemon or nginx`),
    row('dropped by a Redis fault', `${report.connections.dropped}`),
    row('longest silence', `${report.longestSilence.ms} ms; ${report.longestSilenceInTrouble.ms} ms while a daemon or nginx was restarted`),
    row('lives of Redis', `${report.epochs}; the floor moved ${report.floorMoves.length} times for ${report.losses} losses`),
    row('the soak itself', `${report.harness.cpuSeconds} s of CPU, event loop late by ${report.harness.lagMaxMs} ms at most`),
    '',
    'fault                 times    outage (median, max)   recovery (median, max)  ms',
    ...Object.entries(report.faults).map(([name, {count, skipped, outage, recovery, measured}]) =>
      `${name.padEnd(20)} ${String(count).padStart(6)}    ${pair(outage)}        ${pair(recovery)}` +
      `${measured < count ? `   (measured ${measured}${skipped ? `, ${skipped} not possible` : ''})` : ''}`),
  ];
  if (violations.length > 0) {
    lines.push('', `${violations.length} violations: ${JSON.stringify(report.violationsByKind)}`);
    for (const violation of violations.slice(0, shownViolations)) lines.push(...describeViolation(violation));
    lines.push('', `logs, chronicle.txt and violations.json: ${report.logs}`);
  }
  return lines.join('\n');
}

function describeResets(resets, kind) {
  const parts = Object.entries(resets).filter(([, count]) => count[kind] > 0).map(([name, count]) => `${count[kind]} ${name}`);
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}

function describeViolation({kind, client, at, text, context, around}) {
  return [
    '', `${kind}${client ? `, ${client}` : ''}${at === undefined ? '' : `, at ${(at / 1000).toFixed(3)} s`}: ${text}`,
    ...(context ?? []).map((entry) => `      ${JSON.stringify(entry)}`),
    ...around.map((line) => `    ${line}`),
  ];
}
