// nginx with the project's own configuration in front of all instances, without TLS; it can be reloaded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {RawSocket} from '../support/http.mjs';
import {Program} from '../support/process.mjs';
import {freePort} from '../support/redis.mjs';
import {until} from '../support/wait.mjs';

/** How long old workers keep their streams after a reload. */
export const shutdownMs = 1000;

const shipped = fs.readFileSync(new URL('../../deploy/nginx/freshet.conf', import.meta.url), 'utf8');

function replaced(text, pattern, replacement) {
  assert.match(text, pattern);
  return text.replace(pattern, replacement);
}

function siteFor(port, sockets) {
  let site = replaced(shipped, /(?: {4}server unix:\S+ max_fails=0;\n)+/,
    () => sockets.map((socket) => `    server unix:${socket} max_fails=0;\n`).join(''));
  site = replaced(site, /listen 443 ssl http2;[^\n]*\n +listen \[::\]:443 ssl http2;/, `listen 127.0.0.1:${port};`);
  site = replaced(site, /(?: {4}ssl_\w+ [^\n]*\n)+/, '');
  site = replaced(site, / {4}access_log [^\n]*\n/, '');
  // All clients are of one address.
  site = replaced(site, /limit_conn freshet_streams \d+;/, 'limit_conn freshet_streams 65000;');
  site = replaced(site, /rate=\d+r\/s/, 'rate=10000r/s');
  // Tells the clients which instance they are on.
  return replaced(site, /proxy_pass http:\/\/freshet;/, 'proxy_pass http://freshet;\n        add_header X-Instance $upstream_addr;');
}

const around = (folder) => `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_shutdown_timeout ${shutdownMs}ms;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  include ${folder}/freshet.conf;
}
`;

export class Proxy {
  constructor(folder, sockets) {
    Object.assign(this, {folder, sockets});
  }

  async start() {
    fs.mkdirSync(this.folder, {recursive: true});
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    fs.writeFileSync(path.join(this.folder, 'freshet.conf'), siteFor(port, this.sockets));
    fs.writeFileSync(path.join(this.folder, 'nginx.conf'), around(this.folder));
    // When this process dies, SIGTERM: nginx takes its workers with it.
    this.program = new Program('setpriv', ['--pdeathsig', 'TERM', '--', 'nginx', '-e', 'stderr', '-p', this.folder,
      '-c', path.join(this.folder, 'nginx.conf')]);
    await until(async () => {
      assert.ok(this.program.running, this.program.describe());
      const raw = await RawSocket.open(this.url).catch(() => undefined);
      raw?.close();
      return raw;
    }, 'nginx to listen');
  }

  reload() {
    this.program.signal('SIGHUP');
  }

  async stop() {
    if (!this.program?.running) return;
    this.program.signal('SIGTERM');
    await this.program.exit();
  }
}
