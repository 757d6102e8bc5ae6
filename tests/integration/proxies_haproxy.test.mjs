// Behind Debian's HAProxy with the configuration that we ship.
import assert from 'node:assert/strict';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';

import {behavesBehind} from '../support/behind_proxy.mjs';
import {startFreshetd, temporaryFolder} from '../support/freshetd.mjs';
import {startHaproxy} from '../support/proxies.mjs';
import {SseClient} from '../support/sse.mjs';

test('behind HAProxy', (t) => behavesBehind(t, startHaproxy));

test('an address that opens streams too fast is told to come back; no query is logged', async (t) => {
  const socket = path.join(temporaryFolder(t), 'one.sock');
  await startFreshetd(t, {listen: [`unix:${socket}`]});
  const {url, program} = await startHaproxy(t, [socket], {edit: (text) => {
    assert.match(text, /gt 400/);
    return text.replace('gt 400', 'gt 3');
  }});
  const open = async (localAddress) => {
    const client = new SseClient(url, '/events?channel=a&access_token=a-secret', {
      transport: https, connect: {host: '127.0.0.1', port: Number(new URL(url).port), localAddress, rejectUnauthorized: false}});
    t.after(() => client.close());
    return client.opened();
  };
  for (let index = 0; index < 3; index += 1) await (await open('127.0.0.2')).opening();
  const refused = await open('127.0.0.2');
  await refused.end();
  assert.equal(refused.status, 200);
  assert.match(refused.text, /^retry: [23]\d{3}\n\n$/);
  await (await open('127.0.0.3')).opening();
  await program.output(/^127\.0\.0\.2 .* GET \/events 200 /m);
  assert.doesNotMatch(program.stderr, /a-secret|access_token/);
});
