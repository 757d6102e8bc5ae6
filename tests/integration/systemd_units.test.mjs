// The units, as systemd reads them: nothing that it would complain about, and little that the service could do if it were
// taken over.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {binary, temporaryFolder} from '../support/freshetd.mjs';
import {run} from '../support/process.mjs';

const shipped = fileURLToPath(new URL('../../deploy/systemd/', import.meta.url));
const units = ['freshet@.service', 'freshet@.socket', 'freshet.target'];
const largestExposure = 1.5;

/** What comes after `key=` in a unit, in the order of its lines. */
function values(unit, key) {
  const text = fs.readFileSync(path.join(shipped, unit), 'utf8');
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);
}

test('systemd-analyze verify has nothing to say', async (t) => {
  const folder = temporaryFolder(t);
  for (const unit of units) {
    const text = fs.readFileSync(path.join(shipped, unit), 'utf8');
    fs.writeFileSync(path.join(folder, unit), text.replaceAll('/usr/sbin/freshetd', binary()));
  }
  // The manual pages are looked for where they are installed.
  const {code, stdout, stderr} = await run('systemd-analyze', ['verify', '--man=no', ...units.map((unit) => path.join(folder, unit))]);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});

test(`systemd-analyze security: an exposure of at most ${largestExposure}`, async (t) => {
  const unit = path.join(shipped, 'freshet@.service');
  const {stdout, stderr} = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', unit]);
  const exposure = Number(stdout.match(/Overall exposure level for \S+: (\d+\.\d+)/)?.[1]);
  t.diagnostic(`exposure: ${exposure}`);
  assert.ok(exposure <= largestExposure, stdout + stderr);
});

test('the drain fits into the time that systemd gives', async () => {
  const seconds = (text) => Number(text.match(/^(\d+)s$/)[1]);
  const {stdout} = await run(binary(), ['--print-config']);
  const [, period] = stdout.match(/drain:\s*\n\s+period: (\S+)/);
  const [, requestTimeout] = stdout.match(/request_timeout: (\S+)/);
  assert.ok(seconds(values('freshet@.service', 'TimeoutStopSec')[0]) > seconds(period) + seconds(requestTimeout));
});

test('the check of the configuration is of the configuration that is run', () => {
  const [start] = values('freshet@.service', 'ExecStart');
  assert.deepEqual(values('freshet@.service', 'ExecStartPre'), [`${start} --check-config`]);
});
