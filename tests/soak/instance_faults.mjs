// Faults of the daemons and of nginx.
import {sleep} from '../support/wait.mjs';
import {shutdownMs} from './proxy.mjs';

/** One freshetd ends as `end` says, and is started again. */
const ends = (about, end) => ({
  about, lane: 'instance', weight: 2, pace: 2, draw: (random) => ({index: random.integer(0, 2), ms: random.integer(0, 2000)}),
  async run(world, {index, ms}, fault) {
    const instance = world.instances[index];
    fault.clientsOf((client) => client.connection.instance === instance.name);
    await end(instance);
    fault.lifted();
    await sleep(ms);
    await instance.start();
  },
});

export const instanceFaults = {
  'instance-kill9': ends('SIGKILL of one freshetd, started again', (instance) => instance.kill9()),
  'instance-restart': ends('SIGTERM of one freshetd, started again', (instance) => instance.stop()),
  'rolling-restart': {
    about: 'SIGTERM of all freshetd, one after the other',
    lane: 'instance', weight: 1, pace: 2,
    async run(world, _, fault) {
      fault.clientsOf(() => true);
      for (const instance of world.instances) {
        await instance.stop();
        await instance.start();
        await world.untilReady([instance], 10_000);
      }
      fault.lifted();
    },
  },
  'instance-reload': {
    about: 'SIGHUP to all freshetd',
    lane: 'instance', weight: 1, pace: 2,
    async run(world) {
      for (const instance of world.instances) instance.daemon.signal('SIGHUP');
    },
  },
  'nginx-reload': {
    about: 'nginx reads its configuration again; its old workers end their streams',
    lane: 'proxy', weight: 1, pace: 5,
    async run(world, _, fault) {
      const close = world.chronicle.window('reload', 'nginx');
      fault.clientsOf((client) => !client.plan.direct);
      world.proxy.reload();
      await sleep(shutdownMs);
      fault.lifted();
      await sleep(2000);
      close();
    },
  },
};
