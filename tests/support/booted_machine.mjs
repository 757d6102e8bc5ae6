// A machine with a systemd of its own: a fresh Debian, booted in namespaces of this kernel. What tests write there is gone with it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {Program, run} from './process.mjs';
import {until, within} from './wait.mjs';

const support = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Namespaces and mounts are root's: what a command begins with to be run as root. */
const asRoot = () => (process.getuid() === 0 ? [] : ['sudo', '-n']);

/** Where roots are kept, for all build trees: build/debian-roots, or $FRESHET_TEST_ROOTS. */
const rootsFolder = () => process.env.FRESHET_TEST_ROOTS ?? fileURLToPath(new URL('../../build/debian-roots', import.meta.url));

/**
 * The folder of a minimal Debian with systemd, for reading only. `archives` are packages, or dependencies as in a package's
 * control file, that apt-get can install in there without a network. The first call for a list takes a minute and Debian's
 * archive, the others nothing.
 */
export async function debianRoot(archives = []) {
  const [command, ...args] = [...asRoot(), support('debian_root.sh'), rootsFolder(), ...archives];
  const made = await run(command, args, {ms: 600_000});
  assert.equal(made.code, 0, `debian_root.sh: ${made.stderr}`);
  return made.stdout.trim();
}

/** One machine; see bootMachine. */
export class BootedMachine {
  constructor(folder, root) {
    Object.assign(this, {folder, root});
  }

  async boot() {
    const [command, ...args] = [...asRoot(), support('boot_machine.sh'), this.root, this.folder];
    this.program = new Program(command, args);
    const [, pid] = await this.program.output(/^pid (\d+)$/m, {where: 'stdout'});
    this.pid = Number(pid);
    let state = '';
    await until(async () => {
      state = (await this.run('systemctl is-system-running')).stdout.trim();
      return ['running', 'degraded'].includes(state);
    }, 'systemd to have booted', {every: 100, detail: () => `it is ${state}: ${this.program.describe()}`});
    if (state === 'degraded') assert.fail(`systemd could not start everything: ${await this.does('systemctl --failed --no-pager')}`);
    return this;
  }

  /** What a command of this machine begins with to be on the other one's network (only). */
  get network() {
    return [...asRoot(), 'nsenter', '--target', String(this.pid), '--net', '--'];
  }

  /** Starts a shell script in there as root. It stops at the first command that fails. */
  start(script, {cwd = '/root'} = {}) {
    const [command, ...args] = [...asRoot(), 'nsenter', '--target', String(this.pid), '--all', '--root', '--wd', '--',
      'env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8',
      'DEBIAN_FRONTEND=noninteractive',
      // It is a child of nsenter in there, and ends with it.
      'setpriv', '--pdeathsig', 'KILL', '--', 'bash', '-euo', 'pipefail', '-c', `cd "$0"; ${script}`, cwd];
    return new Program(command, args);
  }

  /** Runs one to its end: {code, signal, stdout, stderr}. */
  async run(script, {cwd, ms = 60_000} = {}) {
    const program = this.start(script, {cwd});
    try {
      const result = await program.exit({ms});
      return {...result, stdout: program.stdout, stderr: program.stderr};
    } finally {
      if (program.running) program.signal('SIGKILL');
    }
  }

  /** The same, and it must succeed; returns its stdout. */
  async does(script, options) {
    const {code, signal, stdout, stderr} = await this.run(script, options);
    const said = `${script}\n--- stdout\n${stdout.slice(-4000)}\n--- stderr\n${stderr.slice(-4000)}`;
    assert.deepEqual({code, signal}, {code: 0, signal: null}, said);
    return stdout;
  }

  /** Puts a file of this machine into a folder of the other one. */
  async give(file, folder) {
    const name = path.basename(file);
    fs.copyFileSync(file, path.join(this.folder, 'host', name));
    await this.does(`cp '/mnt/${name}' '${folder}/'`);
  }

  /** The end of the journal, for the message of what failed; not the line for each stream. */
  async journal(lines = 60) {
    return (await this.run(`journalctl --no-pager | grep -v ' stream ended: ' | tail -n ${lines}`)).stdout;
  }

  async stop() {
    if (!this.program.running) return;
    this.program.signal('SIGTERM');
    const {code} = await within(this.program.exited, 'the machine to stop', {detail: () => this.program.describe()});
    assert.equal(code, 0, this.program.describe());
  }
}

/** Boots a root (debianRoot) as a machine that is gone after the test. */
export async function bootMachine(t, root) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-machine-'));
  fs.mkdirSync(path.join(folder, 'host'));
  const machine = new BootedMachine(folder, root);
  t.after(async () => {
    if (machine.program) await machine.stop();
    fs.rmSync(folder, {recursive: true, force: true});
  });
  return machine.boot();
}
