// Programs started by the tests: they die with the test process, and their output is kept.
import {spawn} from 'node:child_process';
import {once} from 'node:events';

import {Watch, within} from './wait.mjs';

// Variables named FRESHET_… configure the daemon: only those that a test gives may reach it.
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FRESHET_')));

/** A running program. Its stderr and stdout are collected as text; `exited` gives {code, signal}. */
export class Program {
  constructor(command, args, {env = {}, cwd, stdin = 'ignore', descriptors = []} = {}) {
    this.name = command.split('/').pop();
    // setpriv has the kernel kill the program when this process dies, however it dies.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      cwd,
      env: {...inherited, ...env},
      stdio: [stdin, 'pipe', 'pipe', ...descriptors],
    });
    this.stdout = '';
    this.stderr = '';
    this.watch = new Watch();
    for (const name of ['stdout', 'stderr']) {
      this.child[name].setEncoding('utf8').on('data', (text) => {
        this[name] += text;
        this.watch.changed();
      });
    }
    // 'close' comes once the program has ended and its output has been read to the end.
    this.exited = once(this.child, 'close').then(([code, signal]) => {
      this.result = {code, signal};
      this.watch.changed();
      return this.result;
    });
    this.exited.catch(() => {});
  }

  get pid() {
    return this.child.pid;
  }

  get running() {
    return this.result === undefined;
  }

  /** Waits until stdout or stderr (`where`) matches, and returns the match; fails at once when the program ends. */
  output(pattern, {where = 'stderr', ms, from = 0} = {}) {
    return this.watch.until(() => {
      const match = this[where].slice(from).match(pattern);
      if (!match && this.result) throw new Error(`${this.name} ended without ${pattern}: ${this.describe()}`);
      return match;
    }, `${pattern} in the ${where} of ${this.name}`, {ms, detail: () => this.describe()});
  }

  signal(name) {
    return this.child.kill(name);
  }

  /** Waits for the end of the program. */
  async exit({ms} = {}) {
    return within(this.exited, `the end of ${this.name}`, {ms, detail: () => this.describe()});
  }

  async kill9() {
    this.signal('SIGKILL');
    return this.exit();
  }

  describe() {
    const state = this.result ? `exit code ${this.result.code}, signal ${this.result.signal}` : `running as ${this.pid}`;
    return `${this.name} ${state}; stderr ends:\n${this.stderr.slice(-4000)}`;
  }
}

/** Runs a program to its end: {code, signal, stdout, stderr}. */
export async function run(command, args, options = {}) {
  const program = new Program(command, args, options);
  try {
    const result = await program.exit({ms: options.ms});
    return {...result, stdout: program.stdout, stderr: program.stderr};
  } finally {
    if (program.running) program.signal('SIGKILL');
  }
}
