// nginx in the foreground, with all of its files in a folder of its own.
import fs from 'node:fs';
import path from 'node:path';

import {Authority} from './certificates.mjs';
import {temporaryFolder} from './freshetd.mjs';
import {listens} from './http.mjs';
import {overTls, siteFor, withUsersOf} from './nginx_site.mjs';
import {freePort} from './ports.mjs';
import {Program} from './process.mjs';
import {replaced} from './shipped.mjs';

const processes = (shutdown) =>
  (shutdown === undefined ? 'master_process off;' : `worker_processes 1;\nworker_shutdown_timeout ${shutdown};`);

const configuration = ({folder, http, events, shutdown}) => `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
${processes(shutdown)}
pid ${folder}/nginx.pid;
error_log stderr warn;
events { ${events} }
http {
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${http}
}
`;

/** One nginx. `program` is its Program, `port` where it listens, `url` the same for clients. */
export class Nginx {
  /** What behavesBehind() wants to know: the worker of before lets go of its streams. */
  reloadEndsStreams = true;

  /**
   * Starts it; it listens when this resolves.
   * - folder: for all of its files;  http: what http{} holds: access_log, and a server on `port` of loopback
   * - scheme: of the URL;  events: what events{} holds
   * - shutdown: how long a worker keeps its streams after a reload. Without it nginx is one process and stays as it is
   * - start: (command, arguments) => Program
   */
  static async start({folder, port, http, scheme = 'http', events = 'worker_connections 4096;', shutdown,
    start = (command, args) => new Program(command, args)}) {
    const file = path.join(folder, 'nginx.conf');
    fs.writeFileSync(file, configuration({folder, http, events, shutdown}));
    const command = ['nginx', '-e', 'stderr', '-p', folder, '-c', file];
    // When this process dies, SIGTERM: a master takes its worker with it.
    if (shutdown !== undefined) command.unshift('setpriv', '--pdeathsig', 'TERM', '--');
    const nginx = new Nginx(start(command[0], command.slice(1)), port, `${scheme}://127.0.0.1:${port}`);
    try {
      await listens(nginx.program, port);
    } catch (error) {
      await nginx.stop();
      throw error;
    }
    return nginx;
  }

  constructor(program, port, url) {
    Object.assign(this, {program, port, url});
  }

  get pid() {
    return this.program.pid;
  }

  reload() {
    this.program.signal('SIGHUP');
  }

  async stop() {
    if (!this.program.running) return;
    this.program.signal('SIGTERM');
    await this.program.exit();
  }
}

/**
 * Starts nginx with the project's own configuration in front of these unix sockets, over TLS. With `session`, the URL of a
 * session backend, users come from there. `edit` changes the text of freshet.conf; `folder` and `shutdown` are Nginx.start's.
 */
export async function startNginx(t, sockets, {session, edit = (text) => text, folder = temporaryFolder(t, 'nginx'), shutdown} = {}) {
  const port = await freePort();
  let site = overTls(siteFor(sockets), port, new Authority(folder).issue('proxy'));
  if (session) site = withUsersOf(site, session);
  site = replaced(site, /access_log \S+/, `access_log ${folder}/freshet.log`);
  fs.writeFileSync(path.join(folder, 'freshet.conf'), edit(site));
  const http = `access_log ${folder}/access.log;\n  include ${folder}/freshet.conf;`;
  const nginx = await Nginx.start({folder, port, http, scheme: 'https', shutdown});
  t.after(() => nginx.stop());
  return nginx;
}
