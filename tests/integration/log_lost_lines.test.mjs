// A log that was full for a while says how much it lost, as a line like all others.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import {binary, temporaryFolder} from '../support/freshetd.mjs';
import {request} from '../support/http.mjs';
import {Program, run} from '../support/process.mjs';
import {SseClient} from '../support/sse.mjs';
import {until} from '../support/wait.mjs';

/** All that lies in a pipe now. */
function drained(fd) {
  const buffer = Buffer.alloc(1 << 16);
  let text = '';
  for (;;) {
    try {
      const size = fs.readSync(fd, buffer);
      if (size === 0) return text;
      text += buffer.toString('utf8', 0, size);
    } catch (error) {
      assert.equal(error.code, 'EAGAIN');
      return text;
    }
  }
}

test('lines that a full pipe did not take are counted in a line of the format of the log', async (t) => {
  const folder = temporaryFolder(t);
  const [pipe, socket] = ['log', 'public.sock'].map((name) => path.join(folder, name));
  assert.equal((await run('mkfifo', [pipe])).code, 0);
  const log = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  t.after(() => fs.closeSync(log));
  const daemon = new Program('sh', ['-c', `exec "$0" --memory --dev --listen unix:${socket} --ops-listen unix:${folder}/ops.sock 2>${pipe}`, binary()],
    {env: {FRESHET_DRAIN_PERIOD: '100ms', FRESHET_LOG_FORMAT: 'json'}});
  t.after(() => daemon.running && daemon.kill9());
  const isReady = () => request(`unix:${folder}/ops.sock`, '/readyz').then(({status}) => status === 200, () => false);
  await until(isReady, 'it to be ready', {detail: () => daemon.describe()});
  const visit = async () => {
    const stream = new SseClient(`unix:${socket}`, '/events?channel=a');
    await stream.opening();
    stream.close();
  };
  // 64 KiB fill it, and each stream leaves more than a hundred bytes.
  for (let index = 0; index < 700; index += 1) await visit();
  let text = drained(log);
  assert.ok(text.split('\n').length < 700, 'the pipe was full');
  await until(async () => {
    await visit();
    text += drained(log);
    return /lines were lost/.test(text);
  }, 'the count');
  const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
  const counts = lines.filter(({message}) => /^\d+ lines were lost here$/.test(message));
  assert.equal(counts.length, 1);
  assert.equal(counts[0].level, 'warning');
  assert.ok(Number.parseInt(counts[0].message, 10) > 0);
  daemon.signal('SIGTERM');
  await daemon.exit();
});
