// A second host on this machine: a network namespace joined to this one by a pair of virtual interfaces, whose connection
// can be cut so that neither side is told.
import assert from 'node:assert/strict';

import {run} from './process.mjs';

/** Nobody's: the link-layer address that frames of a cut connection go to. */
const nowhere = '02:00:00:00:00:01';
/** So many subnets are there for tests between networks: RFC 2544 (198.18.0.0/15). */
const most = 16_384;
const nameOf = (index) => `freshet-test-${index}`;
const subnet = (index) => {
  const third = Math.floor(index / 64);
  const fourth = (index % 64) * 4;
  return {ours: `198.18.${third}.${fourth + 1}`, theirs: `198.18.${third}.${fourth + 2}`};
};

const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n'];

async function ip(...args) {
  const [command, ...rest] = [...asRoot, 'ip', ...args];
  const {code, stderr} = await run(command, rest);
  assert.equal(code, 0, `ip ${args.join(' ')}: ${stderr}`);
}

let next = process.pid * 8;

/** Adds a namespace with a number that no other process has, and that this one has not had yet; returns the number. */
async function addNamespace() {
  for (;;) {
    const index = next++ % most;
    const [command, ...rest] = [...asRoot, 'ip', 'netns', 'add', nameOf(index)];
    const {code, stderr} = await run(command, rest);
    if (code === 0) return index;
    assert.match(stderr, /File exists/);
  }
}

class NetworkNamespace {
  constructor({name, ours, theirs, link, peer}) {
    Object.assign(this, {name, ours, theirs, link, peer});
  }

  /** The address of the other host. */
  get host() {
    return this.theirs;
  }

  /** What a command begins with to run over there. */
  get command() {
    return [...asRoot, 'ip', 'netns', 'exec', this.name];
  }

  /** From here on what is sent `to` the other host ('there'), to this one ('here') or both ('both') is lost in silence. */
  async cut(to = 'both') {
    if (to !== 'here') await ip('neigh', 'replace', this.theirs, 'lladdr', nowhere, 'nud', 'permanent', 'dev', this.link);
    if (to !== 'there') {
      await ip('-n', this.name, 'neigh', 'replace', this.ours, 'lladdr', nowhere, 'nud', 'permanent', 'dev', this.peer);
    }
  }

  async mend() {
    for (const [address, ...where] of [[this.theirs, this.link], [this.ours, this.peer, '-n', this.name]]) {
      const [device, ...options] = where;
      await ip(...options, 'neigh', 'flush', 'to', address, 'dev', device, 'nud', 'permanent');
    }
  }
}

/** Makes one that is gone, with all that still runs in it cut off, after the test. Needs root, or sudo without a password. */
export async function makeNetworkNamespace(t) {
  const index = await addNamespace();
  const [name, link, peer] = [nameOf(index), `frt${index}a`, `frt${index}b`];
  t.after(async () => {
    // By itself it would go with the last program over there, and some time later.
    await ip('link', 'delete', link);
    await ip('netns', 'delete', name);
  });
  const space = new NetworkNamespace({name, link, peer, ...subnet(index)});
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', peer, 'netns', name);
  await ip('address', 'add', `${space.ours}/30`, 'dev', link);
  await ip('link', 'set', link, 'up');
  await ip('-n', name, 'address', 'add', `${space.theirs}/30`, 'dev', peer);
  await ip('-n', name, 'link', 'set', peer, 'up');
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  return space;
}
