// nginx with the project's own configuration in front of all instances, without TLS; it can be reloaded.
import fs from 'node:fs';
import path from 'node:path';

import {Nginx} from '../support/nginx.mjs';
import {forACrowd, siteFor, withoutTls} from '../support/nginx_site.mjs';
import {freePort} from '../support/ports.mjs';
import {replaced} from '../support/shipped.mjs';

/** How long old workers keep their streams after a reload. */
export const shutdownMs = 1000;

function site(port, sockets) {
  const text = replaced(forACrowd(withoutTls(siteFor(sockets), port)), / {4}access_log [^\n]*\n/, '');
  // Tells the clients which instance they are on.
  return replaced(text, /proxy_pass http:\/\/freshet;/, 'proxy_pass http://freshet;\n        add_header X-Instance $upstream_addr;');
}

/** Starts it; its files are in `folder`. */
export async function startProxy(folder, sockets) {
  fs.mkdirSync(folder, {recursive: true});
  const port = await freePort();
  const http = `access_log off;\n${site(port, sockets)}`;
  return Nginx.start({folder, port, http, shutdown: `${shutdownMs}ms`});
}
