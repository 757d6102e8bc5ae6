// nginx as a proxy in front of freshetd, in one process.
import fs from 'node:fs';
import path from 'node:path';

import {freePort, serving} from '../comparison/ports.mjs';
import {startPinned} from '../comparison/programs.mjs';

const configuration = ({folder, port, upstream}) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 19900; multi_accept on; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port} backlog=65535;
    location = /events {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 60s;
    }
  }
}
`;

/** Starts it on the core, in front of a server's port: {pid, port, program, stop}. */
export async function startNginx({core, folder, upstream}) {
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(file, configuration({folder, port, upstream}));
  const program = startPinned(core, 'nginx', ['-e', 'stderr', '-p', folder, '-c', file]);
  try {
    await serving(port, '/events?channel=ready', program);
  } catch (error) {
    if (program.running) await program.kill9();
    throw error;
  }
  return {pid: program.pid, port, program, stop: () => program.running && program.kill9()};
}
