// The chaos soak of tests/soak with fixed seeds: three daemons behind nginx, Redis, 200 streams, and faults all the time.
// Longer ones, with any seed: tests/soak/run --help.
import assert from 'node:assert/strict';
import test from 'node:test';

import {soakOptions} from '../soak/options.mjs';
import {tableOf} from '../soak/report.mjs';
import {soak} from '../soak/soak.mjs';

async function survives(t, given) {
  const options = {rate: 40, every: 3, ...given, seed: Number(process.env.FRESHET_TEST_SEED ?? given.seed)};
  const result = await soak(soakOptions(options));
  if (!result.ok) result.keep();
  const words = Object.entries(options).map(([name, value]) => `--${name} ${value}`).join(' ');
  assert.ok(result.ok, `tests/soak/run ${words}:\n${tableOf(result)}`);
  t.diagnostic(tableOf(result));
  assert.ok(result.report.delivered > 5000 && result.report.openings.complete > 50, 'something did happen');
  result.remove();
  return result.report;
}

test('chaos with a Redis that forgets nothing: no reset but where a ring was cut', async (t) => {
  const {resets, floorMoves} = await survives(t, {seed: 4, seconds: 20, world: 'single'});
  assert.deepEqual(floorMoves, []);
  assert.deepEqual(Object.keys(resets).filter((name) => !name.startsWith('trimmed')), []);
});

test('chaos with sentinels and failovers: nobody is behind without a word', (t) =>
  survives(t, {seed: 9, seconds: 40, world: 'sentinel', faults: 'default,-redis-restart,-redis-kill9'}));
