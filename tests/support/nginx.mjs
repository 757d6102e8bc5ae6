// nginx with the project's own configuration (deploy/nginx/*.conf), in a folder of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {temporaryFolder} from './freshetd.mjs';
import {Program, run} from './process.mjs';
import {freePort} from './redis.mjs';
import {RawSocket} from './http.mjs';
import {until} from './wait.mjs';

const shippedFile = (name) => fs.readFileSync(new URL(`../../deploy/nginx/${name}`, import.meta.url), 'utf8');

/** What Debian's nginx.conf says around conf.d/, but in one process, in the foreground, with all files in `folder`. */
const around = (folder, include) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  include ${include};
}
`;

function replaced(text, pattern, replacement) {
  assert.match(text, pattern);
  return text.replace(pattern, replacement);
}

/** An edit of freshet.conf, for tests whose many clients have one address. */
export const forACrowd = (site) => replaced(replaced(site, /limit_conn freshet_streams \d+;/, 'limit_conn freshet_streams 65000;'),
  /rate=\d+r\/s/, 'rate=10000r/s');

/**
 * Starts nginx in front of these unix sockets. Returns its https URL. With `session`, the URL of a session backend, users
 * come from there. `edit` changes the text of freshet.conf; `folder` is where its files are.
 */
export async function startNginx(t, sockets, {session, edit = (text) => text, folder = temporaryFolder(t, 'nginx')} = {}) {
  const [certificate, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', certificate]);
  assert.equal(made.code, 0, made.stderr);
  const port = await freePort();
  let site = shippedFile('freshet.conf');
  if (session) {
    const users = replaced(shippedFile('auth_request.conf'), /http:\/\/127\.0\.0\.1:3000\/session/, () => session);
    site = replaced(site, / {4}location = \/events \{[^]*?\n {4}\}\n/, () => users);
  }
  site = replaced(site, /(?: {4}server unix:\S+ max_fails=0;\n)+/,
    () => sockets.map((socket) => `    server unix:${socket} max_fails=0;\n`).join(''));
  site = replaced(site, /listen 443 ssl([^\n]*)\n +listen \[::\]:443 [^\n]*/, `listen 127.0.0.1:${port} ssl$1`);
  site = replaced(site, /access_log \S+/, `access_log ${folder}/freshet.log`);
  site = replaced(site, /ssl_certificate \S+;/, `ssl_certificate ${certificate};`);
  site = replaced(site, /ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`);
  fs.writeFileSync(path.join(folder, 'freshet.conf'), edit(site));
  fs.writeFileSync(path.join(folder, 'nginx.conf'), around(folder, path.join(folder, 'freshet.conf')));
  const nginx = new Program('nginx', ['-e', 'stderr', '-p', folder, '-c', path.join(folder, 'nginx.conf')]);
  t.after(() => nginx.running && nginx.kill9());
  await until(async () => {
    assert.ok(nginx.running, nginx.describe());
    const raw = await RawSocket.open(`http://127.0.0.1:${port}`).catch(() => undefined);
    raw?.close();
    return raw;
  }, 'nginx to listen');
  return `https://127.0.0.1:${port}`;
}
