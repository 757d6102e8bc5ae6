// HAProxy and Caddy with the project's own configurations (deploy/haproxy, deploy/caddy), in folders of their own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {Authority} from './certificates.mjs';
import {temporaryFolder} from './freshetd.mjs';
import {listens} from './http.mjs';
import {freePort} from './ports.mjs';
import {Program, run} from './process.mjs';
import {replaced, shipped} from './shipped.mjs';

/**
 * HAProxy in front of these unix sockets, as master and worker; old workers end `hardStop` after a reload. Returns
 * {url, program, reload(), reloadEndsStreams}.
 */
export async function startHaproxy(t, sockets, {hardStop = '1s', edit = (text) => text} = {}) {
  const folder = temporaryFolder(t, 'haproxy');
  const {certificate, key} = new Authority(folder).issue('proxy');
  fs.writeFileSync(path.join(folder, 'both.pem'), fs.readFileSync(certificate, 'utf8') + fs.readFileSync(key, 'utf8'));
  const port = await freePort();
  let text = shipped('haproxy/haproxy.cfg');
  text = replaced(text, / {4}user haproxy\n {4}group www-data\n/, '');
  text = replaced(text, /log \/dev\/log local0/, 'log stderr format raw local0');
  text = replaced(text, /hard-stop-after 10m/, `hard-stop-after ${hardStop}`);
  text = replaced(text, /bind :443 ssl crt \S+/, `bind 127.0.0.1:${port} ssl crt ${folder}/both.pem`);
  text = replaced(text, /(?: {4}server \d unix@\S+\n)+/,
    () => sockets.map((socket, index) => `    server ${index + 1} unix@${socket}\n`).join(''));
  const file = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(file, edit(text));
  const checked = await run('haproxy', ['-c', '-f', file]);
  assert.deepEqual([checked.code, checked.stderr], [0, ''], 'haproxy -c has nothing to say');
  const program = new Program('haproxy', ['-W', '-db', '-f', file]);
  t.after(async () => {
    if (!program.running) return;
    // The master takes its workers along, which a SIGKILL would not.
    program.signal('SIGTERM');
    await program.exit();
  });
  await listens(program, port);
  return {
    url: `https://127.0.0.1:${port}`,
    program,
    reloadEndsStreams: true,
    async reload() {
      const from = program.stderr.length;
      program.signal('SIGUSR2');
      await program.output(/Loading success/, {from});
    },
  };
}

/** Caddy in front of these unix sockets. Returns {url, program, reload()}. */
export async function startCaddy(t, sockets) {
  const folder = temporaryFolder(t, 'caddy');
  const {certificate, key} = new Authority(folder).issue('proxy');
  const [port, admin] = [await freePort(), await freePort()];
  let text = shipped('caddy/Caddyfile');
  text = replaced(text, /^events\.example\.com \{\n/m, `https://127.0.0.1:${port} {\n\ttls ${certificate} ${key}\n`);
  text = replaced(text, /reverse_proxy unix\S+ unix\S+ /, `reverse_proxy ${sockets.map((socket) => `unix/${socket}`).join(' ')} `);
  const file = path.join(folder, 'Caddyfile');
  const global = `{\n\tadmin 127.0.0.1:${admin}\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n`;
  fs.writeFileSync(file, global + text);
  // It keeps what it has in there.
  const env = {XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder};
  const program = new Program('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {env});
  t.after(() => program.running && program.kill9());
  await listens(program, port);
  return {
    url: `https://127.0.0.1:${port}`,
    program,
    async reload() {
      const loaded = await run('caddy',
        ['reload', '--force', '--config', file, '--adapter', 'caddyfile', '--address', `127.0.0.1:${admin}`], {env});
      assert.equal(loaded.code, 0, loaded.stderr);
    },
  };
}
