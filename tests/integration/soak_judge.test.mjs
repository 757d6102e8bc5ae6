// The oracle of the chaos soak is only worth something if it notices: each broken promise is made up here once.
import assert from 'node:assert/strict';
import test from 'node:test';

import {Chronicle} from '../soak/chronicle.mjs';
import {History} from '../soak/history.mjs';
import {Judge} from '../soak/judge.mjs';
import {Truth} from '../soak/truth.mjs';

const base = 1_800_000_000_000_000;
const channel = {name: 'a', ring: undefined};
const cursor = (id, resume) => ({control: 'stream-cursor', id: base + id, json: {resume}});
const reset = (id, reason) => ({control: 'stream-reset', id: base + id, json: {reason, channels: ['a']}});
const open = (id = -base) => ({open: base + id});
const event = (number) => ({id: base + number * 10, uid: number - 1});
const mark = (last, {floor = 0, epoch = 'e1', holes = ''} = {}) =>
  `n|${base + last}|${base + floor}|${epoch}|3600|0|3600|1000|262144|0|${holes}`;
const begin = [open(), cursor(5, 'fresh')];

/**
 * What the judge says of a client that was told `lives`, when events 1 to 5 were published (id 10 to 50, at 10 to 50 ms), and then
 * those of `late`: {id, at}.
 */
function judged(lives, {marks = [mark(5)], gone = [], late = [], ring, emptied = false, connections = [], died} = {}) {
  const chronicle = new Chronicle();
  if (died) chronicle.window('killed', died);
  const history = new History(chronicle);
  const truth = new Truth();
  for (const {id, at} of [...[10, 20, 30, 40, 50].map((time) => ({id: time, at: time})), ...late]) {
    const publication = truth.create({channel: {...channel, ring}, bytes: 4, keyed: true});
    publication.sentAt = at;
    truth.acknowledge(publication, base + id, at + 1, 'e1');
    history.saw('e1', base + id);
  }
  if (emptied) history.empty();
  for (const each of marks) history.mark(each, 'redis', 'two');
  const records = truth.publications.filter(({uid}) => !gone.includes(uid + 1)).map(({id, uid}) => `\x1e1|${id}|0|\n${uid} `);
  // Everything happens at the millisecond that its id says, unless it says another one.
  const timed = lives.map((life) => life.map((entry) => ({at: Math.max(0, (entry.id ?? entry.open) - base) + 1, ...entry})));
  const delivered = timed.flat().filter(({uid}) => uid !== undefined).map((entry) => ({on: 'one', ...entry}));
  history.settle(marks.at(-1).split('|')[3], delivered.map(({id}) => id));
  truth.settle({rings: new Map([['a', records]]), delivered, history});
  const judge = Object.assign(new Judge({truth, history, chronicle}), {ring: 1000, ttl: 3600, silenceMs: 5000});
  const client = {name: 'client', problems: [], plan: {channels: ['a']}, lives: timed, connections};
  judge.judge(client);
  judge.connections([client]);
  return {kinds: [...new Set(judge.violations.map(({kind}) => kind))], judge};
}

const kindsOf = (...parameters) => judged(...parameters).kinds;
const all = [1, 2, 3, 4, 5].map(event);

test('who was told everything is well, also over several connections and lives', () => {
  assert.deepEqual(kindsOf([[...begin, ...all]]), []);
  assert.deepEqual(kindsOf([[...begin, event(1), open(10), cursor(10, 'complete'), ...all.slice(1)]]), []);
  assert.deepEqual(kindsOf([[...begin, event(1)], [open(), cursor(25, 'fresh'), ...all.slice(2)]]), []);
});

test('a missing event is seen, in the middle and at the end', () => {
  assert.deepEqual(kindsOf([[...begin, event(1), event(3), event(4), event(5)]]), ['lost']);
  assert.deepEqual(kindsOf([[...begin, ...all.slice(0, 4)]]), ['lost']);
  assert.deepEqual(kindsOf([[...begin, event(1), {...cursor(45, 'position')}, event(5)]]), ['lost']);
});

test('an event twice, and one out of order', () => {
  assert.deepEqual(kindsOf([[...begin, event(1), event(1), ...all.slice(1)]]), ['twice']);
  assert.deepEqual(kindsOf([[...begin, event(2), event(1), ...all.slice(2)]]), ['disorder']);
});

test('a reset is no excuse by itself', () => {
  assert.deepEqual(kindsOf([[...begin, event(1), open(10), reset(39, 'trimmed'), event(4), event(5)]]), ['unexpected']);
  assert.deepEqual(kindsOf([[...begin, event(1), reset(39, 'history-lost'), event(4), event(5)]]), ['unexpected']);
});

test('a ring that was cut justifies one, but not what was published later', () => {
  const cut = [...begin, event(1), open(10), {...reset(39, 'trimmed'), at: 45}];
  assert.deepEqual(kindsOf([[...cut, {...event(4), at: 46}, event(5)]], {ring: 2}), []);
  assert.deepEqual(kindsOf([[...cut, {...event(4), at: 46}]], {ring: 2}), ['lost']);
});

test('what Redis has verifiably forgotten justifies one', () => {
  const hole = `e1:${base + 20}:${base + 60}`;
  const after = [mark(5), mark(45), mark(61, {epoch: 'e2', holes: hole}), mark(62, {epoch: 'e2', holes: hole, floor: 62})];
  assert.deepEqual(kindsOf([[...begin, ...all, reset(62, 'history-lost')]], {marks: after, gone: [3, 4, 5]}), []);
  const silent = judged([[...begin, event(1), event(2), cursor(61, 'position')]], {marks: after, gone: [3, 4, 5]});
  assert.deepEqual(silent.kinds, ['lost'], 'what a daemon had heard of must be told');
  assert.deepEqual([silent.judge.counts.lost, silent.judge.counts.undetectable], [2, 1], 'what none had heard of cannot be');
  assert.deepEqual(kindsOf([[...begin, event(1), event(2), cursor(61, 'position')]], {marks: after, gone: [3, 4, 5], died: 'two'}), [],
    'nor what only a daemon had heard of that died, too');
});

test('a floor that moves although nothing was forgotten is seen', () => {
  const hole = `e1:${base + 50}:${base + 60}`;
  const after = [mark(5), mark(62, {epoch: 'e2', holes: hole, floor: 62})];
  assert.deepEqual(kindsOf([[...begin, ...all, reset(62, 'history-lost')]], {marks: after}).sort(), ['history', 'unexpected']);
});

test('an emptied Redis justifies a reset, and an acknowledged event that is gone without a reason is seen', () => {
  const after = [mark(5), mark(62, {floor: 62})];
  assert.deepEqual(kindsOf([[...begin, ...all, reset(62, 'history-lost')]], {marks: after, gone: [1, 2, 3, 4, 5], emptied: true}), []);
  assert.deepEqual(kindsOf([[...begin, ...all]], {gone: [3]}), ['truth']);
});

test('where ids fell: who left before is not asked for what came after, who stayed is, and who came after for nothing older', () => {
  const flushed = {marks: [mark(5), mark(26, {floor: 24}), mark(62, {floor: 62})], gone: [1, 2, 3, 4, 5], emptied: true};
  const fallen = {...flushed, late: [{id: 25, at: 100}]};
  const later = [{...open(), at: 200}, {...cursor(26, 'fresh'), at: 201}];
  assert.deepEqual(kindsOf([[...begin, ...all], later], fallen), []);
  assert.deepEqual(kindsOf([[...begin, ...all]], fallen), ['lost']);
  assert.deepEqual(kindsOf([[...begin, ...all, {...reset(62, 'history-lost'), at: 110}]], fallen), []);
  assert.deepEqual(kindsOf([[{...open(), at: 90}, {...cursor(24, 'fresh'), at: 91}]], flushed), []);
  assert.deepEqual(kindsOf([[...begin, event(1), event(3)], [open(), {...cursor(60, 'fresh'), at: 61}]]), ['lost'],
    'an event before what it was told is asked for, though it left');
});

test('a stream that ends for no reason, and one that says nothing', () => {
  const connection = {from: 0, head: 1, opened: 2, to: 100, instance: 'one', status: 200, end: 'clean', silence: 0};
  assert.deepEqual(kindsOf([[...begin, ...all]], {connections: [connection]}), ['dropped']);
  assert.deepEqual(kindsOf([[...begin, ...all]], {connections: [{...connection, self: true}]}), []);
  assert.deepEqual(kindsOf([[...begin, ...all]], {connections: [{...connection, self: true, silence: 6000, silentAt: 5}]}), ['silence']);
});
