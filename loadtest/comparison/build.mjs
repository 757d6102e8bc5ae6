// Has ready what a comparison runs: the release build, and the npm packages of the Node.js peer.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const targets = ['freshetd', 'sseload', 'limit'];

/** A program that has said itself what is wrong. */
export class BuildError extends Error {}

function must(command, args, options) {
  const {status, error} = spawnSync(command, args, {stdio: ['ignore', 'inherit', 'inherit'], cwd: root, ...options});
  if (status !== 0) throw new BuildError(`${command} ${args[0]}: ${error?.message ?? `exit code ${status}`}`);
}

const found = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** Builds the release preset; returns its folder. */
export function build() {
  const env = {...process.env};
  if (found('ccache')) Object.assign(env, {CMAKE_C_COMPILER_LAUNCHER: 'ccache', CMAKE_CXX_COMPILER_LAUNCHER: 'ccache'});
  must('cmake', ['--preset', 'release', '--log-level=WARNING'], {env, stdio: ['ignore', 'ignore', 'inherit']});
  must('cmake', ['--build', '--preset', 'release', '--target', ...targets], {env});
  return path.join(root, 'build/release');
}

/** Installs the Node.js peer's packages unless they are those of its lock file. */
export function installNodePeer() {
  const folder = path.join(root, 'loadtest/peers/node');
  const [lock, mark] = [path.join(folder, 'package-lock.json'), path.join(folder, 'node_modules/.installed-from')];
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === fs.readFileSync(lock, 'utf8')) return;
  must('npm', ['ci', '--loglevel=error'], {cwd: folder});
  fs.copyFileSync(lock, mark);
}
