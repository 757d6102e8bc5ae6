// nginx as a proxy in front of freshetd, in one process.
import {Nginx} from '../../tests/support/nginx.mjs';
import {freePort} from '../../tests/support/ports.mjs';
import {startPinned} from '../comparison/programs.mjs';
import {serving} from '../comparison/serving.mjs';

const site = (port, upstream) => `
  access_log off;
  server {
    listen 127.0.0.1:${port} backlog=65535;
    location = /events {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 60s;
    }
  }
`;

/** Starts it on the core, in front of a server's port. */
export async function startNginx({core, folder, upstream}) {
  const port = await freePort();
  const nginx = await Nginx.start({
    folder, port, http: site(port, upstream), events: 'worker_connections 19900; multi_accept on;',
    start: (command, args) => startPinned(core, command, args),
  });
  await serving(port, nginx.program);
  return nginx;
}
