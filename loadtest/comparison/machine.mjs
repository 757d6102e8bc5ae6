// What was measured on, and with which versions: no names of hosts, no paths.
import fs from 'node:fs';
import os from 'node:os';
import {fileURLToPath} from 'node:url';

import {run} from '../../tests/support/process.mjs';

async function firstLine(pattern, command, ...args) {
  const {stdout, stderr} = await run(command, args).catch(() => ({stdout: '', stderr: ''}));
  return (stdout + stderr).match(pattern)?.[1] ?? 'unknown';
}

const packageVersion = (name) => firstLine(/^(\S+)/, 'dpkg-query', '-W', '-f', '${Version}', name);

const here = fileURLToPath(new URL('.', import.meta.url));
const revision = () => firstLine(/^([0-9a-f]+)$/m, 'git', '-C', here, 'rev-parse', '--short', 'HEAD');

function lockedVersion(name) {
  const file = new URL('../peers/node/package-lock.json', import.meta.url);
  return JSON.parse(fs.readFileSync(file, 'utf8')).packages[`node_modules/${name}`].version;
}

/** {machine: {…}, versions: {…}}, both for people. `build` is where the release build is. */
export async function describeMachine(build) {
  const [processor] = os.cpus();
  const machine = {
    CPUs: os.cpus().length,
    processor: processor?.model ?? 'unknown',
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    kernel: os.release().match(/^\d+\.\d+/)[0],
    'open files': Number((await run('sh', ['-c', 'ulimit -Hn'])).stdout) || 'unlimited',
  };
  const versions = {
    freshetd: `${await firstLine(/freshetd (\S+)/, `${build}/daemon/freshetd`, '--version')} (${await revision()})`,
    compiler: await firstLine(/(\S+)$/m, 'g++', '-dumpfullversion'),
    libuv: await packageVersion('libuv1'),
    hiredis: await packageVersion('libhiredis0.14'),
    Redis: await firstLine(/v=(\S+)/, 'redis-server', '--version'),
    nginx: await firstLine(/nginx\/(\S+)/, 'nginx', '-v'),
    nchan: await packageVersion('libnginx-mod-nchan'),
    'Node.js': process.version,
    'better-sse': lockedVersion('better-sse'),
    ioredis: lockedVersion('ioredis'),
  };
  return {machine, versions};
}
