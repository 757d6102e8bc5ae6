// A container engine of the test's own: podman, apart from this machine, and with images in place of a registry's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {temporaryFolder} from './freshetd.mjs';
import {Program, run} from './process.mjs';

const support = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Namespaces and mounts are root's: what a command begins with to be run as root. */
const asRoot = () => (process.getuid() === 0 ? [] : ['sudo', '-n']);

// The registry's images of Redis and nginx, as far as compose.yaml sees them, of Debian's packages.
const standIn = `FROM docker.io/library/debian:12-slim
RUN apt-get update -q && apt-get install -q -y --no-install-recommends redis-server nginx && rm /etc/nginx/sites-enabled/default
RUN printf '#!/bin/sh\\nif [ "$1" = redis-server ]; then set -- "$@" --protected-mode no; fi\\nexec "$@"\\n' >/entrypoint && chmod 755 /entrypoint
WORKDIR /data
ENTRYPOINT ["/entrypoint"]
CMD ["nginx", "-g", "daemon off; error_log stderr notice;"]
`;

// Joins a unix socket of this machine to a port of the other network.
const joining = `const net = require('node:net');
const [socket, port] = process.argv.slice(1);
net.createServer((here) => {
  const there = net.connect(Number(port), '127.0.0.1');
  here.pipe(there).pipe(here);
  for (const [each, other] of [[here, there], [there, here]]) each.on('error', () => other.destroy()).on('close', () => other.destroy());
}).listen(socket, () => console.log('open'));`;

/** One engine; see startEngine. */
class ContainerEngine {
  constructor(folder, base) {
    Object.assign(this, {folder, base, joined: 0});
  }

  async start(t) {
    const [command, ...args] = [...asRoot(), support('container_engine.sh'), this.folder];
    const program = new Program(command, args);
    t.after(async () => {
      program.signal('SIGTERM');
      await program.exit();
    });
    const [, pid] = await program.output(/^pid (\d+)$/m, {where: 'stdout'});
    this.pid = pid;
    return this;
  }

  /** What a command begins with to run where the engine is; files are the same as here, but for /run. */
  get place() {
    return [...asRoot(), 'nsenter', '--target', this.pid, '--mount', '--net', '--pid', `--wdns=${process.cwd()}`, '--', 'env',
      `CONTAINERS_CONF=${this.folder}/containers.conf`, `CONTAINERS_STORAGE_CONF=${this.folder}/storage.conf`,
      // Images have health checks, and nothing runs these but the test.
      'BUILDAH_FORMAT=docker', 'DISABLE_HC_SYSTEMD=true'];
  }

  run(command, ...args) {
    const [first, ...rest] = [...this.place, command, ...args];
    return run(first, rest, {ms: 120_000});
  }

  /** The same, and it must succeed; returns its stdout without the last line's end. */
  async does(command, ...args) {
    const {code, stdout, stderr} = await this.run(command, ...args);
    assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout.slice(-4000)}${stderr.slice(-4000)}`);
    return stdout.replace(/\n$/, '');
  }

  podman(...args) {
    return this.does('podman', ...args);
  }

  /** The options of `podman build` here: apt-get finds the archive of container_base.sh, and no registry is asked. */
  get buildOptions() {
    return ['--isolation', 'chroot', '--network', 'host', '--pull=never', '--volume', `${this.base}/archive:/mnt:ro`];
  }

  /** debian:12-slim. */
  importDebian() {
    return this.podman('import', '--quiet', path.join(this.base, 'base.tar'), 'docker.io/library/debian:12-slim');
  }

  /** Images of these names that have Redis and nginx. */
  async buildServers(names) {
    const context = path.join(this.folder, 'servers');
    fs.mkdirSync(context);
    fs.writeFileSync(path.join(context, 'Containerfile'), standIn);
    await this.podman('build', ...this.buildOptions, '--layers=false', ...names.flatMap((name) => ['--tag', name]), context);
  }

  inspect(name, format) {
    return this.podman('inspect', '--format', format, name);
  }

  /** The URL of a unix socket that leads to a port of the engine's loopback. */
  async join(t, port) {
    this.joined += 1;
    const socket = path.join(this.folder, `${this.joined}.sock`);
    const [first, ...rest] = [...asRoot(), 'nsenter', '--target', this.pid, '--net', '--',
      process.execPath, '-e', joining, socket, String(port)];
    const program = new Program(first, rest);
    t.after(async () => {
      program.signal('SIGTERM');
      await program.exit();
    });
    await program.output(/^open$/m, {where: 'stdout'});
    return `unix:${socket}`;
  }
}

/** Starts one that is gone after the test, with what was in it. `root` is a debianRoot with the archives that images are made of. */
export async function startEngine(t, root) {
  const [command, ...args] = [...asRoot(), support('container_base.sh'), root];
  const made = await run(command, args, {ms: 120_000});
  assert.equal(made.code, 0, `container_base.sh: ${made.stderr}`);
  return new ContainerEngine(temporaryFolder(t, 'engine'), made.stdout.trim()).start(t);
}
