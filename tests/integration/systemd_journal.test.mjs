// The log as journald takes it, and its level at run time.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {binary, startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {Program} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

// The device and inode of standard error, as systemd.exec(5) has them in JOURNAL_STREAM.
const ofStderr = "$(stat -L -c %d:%i /proc/self/fd/2)";

/** A run that ends by itself with two lines of the log, one of them an error: its operations socket cannot be made. */
async function linesOf(t, {stream, format, stderr = ''}) {
  const file = path.join(temporaryFolder(t), 'no-socket');
  fs.writeFileSync(file, '');
  const program = new Program('sh', ['-c', `JOURNAL_STREAM=${stream} exec "$@" ${stderr}`, 'sh', binary(), '--memory',
    '--listen', '127.0.0.1:0', '--ops-listen', `unix:${file}`], {env: format ? {FRESHET_LOG_FORMAT: format} : {}});
  assert.equal((await program.exit()).code, 69, program.describe());
  const lines = program.stderr.trimEnd().split('\n');
  assert.equal(lines.length, 2, program.stderr);
  return lines;
}

test('standard error is the journal', async (t) => {
  await t.test('text: a priority and the words, the journal has the time', async (t2) => {
    const [info, error] = await linesOf(t2, {stream: ofStderr});
    assert.match(info, /^<6>listening on http:\/\/127\.0\.0\.1:\d+ \(public\)$/);
    assert.match(error, /^<3>listen on unix:.*no-socket: .+$/);
  });

  await t.test('JSON: a priority, which the journal takes off, and the object', async (t2) => {
    const lines = await linesOf(t2, {stream: ofStderr, format: 'json'});
    assert.deepEqual(lines.map((line) => line.slice(0, 3)), ['<6>', '<3>']);
    const [info, error] = lines.map((line) => JSON.parse(line.slice(3)));
    assert.equal(info.level, 'info');
    assert.match(info.message, /^listening on/);
    assert.equal(error.level, 'error');
    assert.match(error.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});

for (const [what, stream] of [['another one than the journal\'s', '1:2'], ['nothing that systemd knows', 'nonsense'],
  ['almost the journal', `${ofStderr}0`]]) {
  test(`standard error is ${what}: lines as ever`, async (t) => {
    const [info, error] = await linesOf(t, {stream});
    assert.match(info, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info listening on/);
    assert.match(error, /^\S+Z error listen on/);
    const [json] = await linesOf(t, {stream, format: 'json'});
    assert.equal(JSON.parse(json).level, 'info');
  });
}

test('the level changes at SIGHUP, and back', async (t) => {
  const daemon = await startFreshetd(t);
  const visit = async () => {
    const stream = await daemon.stream('channel=a');
    await stream.opening();
    stream.close();
    return stream.retries[0];
  };
  /** With a level at which nothing says so, the retry shows that it has happened. */
  const reload = async (level, retrySeconds) => {
    daemon.writeConfig({log: {level}, streams: {retry: `${retrySeconds}s`}});
    daemon.signal('SIGHUP');
    await until(async () => Math.abs(await visit() / 1000 - retrySeconds) <= retrySeconds / 4, 'the reload');
  };
  await visit();
  await daemon.program.output(/info stream ended/);

  await reload('error', 60);
  // The end of the last visit of all before.
  await until(async () => await daemon.metric('freshet_connections') === 0, 'no stream');
  const from = daemon.log.length;
  await visit();
  await until(async () => await daemon.metric('freshet_connections') === 0, 'no stream');
  await reload('info', 600);
  await visit();
  await daemon.program.output(/info stream ended/, {from});
  assert.match(daemon.log.slice(from), /^\S+ info reloaded: streams\.retry log\.level\n/);
});
