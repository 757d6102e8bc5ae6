// One soak from its options to its report.
import {monitorEventLoopDelay} from 'node:perf_hooks';

import {sleep, until} from '../support/wait.mjs';
import {faults} from './faults.mjs';
import {Judge} from './judge.mjs';
import {makePlan} from './plan.mjs';
import {Publisher, RedisLane} from './publisher.mjs';
import {Recoveries} from './recovery.mjs';
import {makeReport} from './report.mjs';
import {World, heartbeatMs, ttlSeconds} from './world.mjs';

/** Nobody may hear nothing for so long: some heartbeats, and what a busy machine adds. */
const silenceMs = heartbeatMs + 4000;
const catchUpMs = 60_000;

/** Causes the plan's faults, lane by lane. */
async function causeFaults(world, recoveries) {
  const lanes = new Set(world.plan.faults.map(({lane}) => lane));
  await Promise.all([...lanes].map(async (lane) => {
    for (const planned of world.plan.faults.filter((each) => each.lane === lane)) {
      await sleep(Math.max(0, planned.at - world.chronicle.now()));
      await causeFault(world, recoveries, planned);
    }
  }));
}

async function causeFault(world, recoveries, {name, lane, with: parameters}) {
  world.chronicle.note(`fault ${name} ${JSON.stringify(parameters)}`);
  const fault = recoveries.begin({name, lane});
  try {
    await faults[name].run(world, parameters, fault);
  } catch (error) {
    // Another lane's fault may be in the way: then this one has not taken place, or not wholly.
    fault.skipped = true;
    world.chronicle.note(`fault ${name} was not possible: ${error.message.split('\n')[0]}`);
  }
  fault.lifted();
  world.chronicle.note(`fault ${name} is over`);
}

/** One last event on every channel: who has it has been told all that came before. */
async function finish(world) {
  const lane = new RedisLane(world);
  for (const channel of world.plan.channels) await lane.publish(world.truth.create({channel, bytes: 16, keyed: true}));
  lane.close();
}

const isBehind = (client, world) => Number(client.lastEventId || 0) < world.finalIdOf(client);

async function catchUp(world) {
  const finalIds = new Map(world.truth.publications.slice(-world.plan.channels.length).map(({channel, id}) => [channel.name, id]));
  world.finalIdOf = (client) => Math.max(...client.plan.channels.map((channel) => finalIds.get(channel)));
  await until(() => world.clients.every((client) => !isBehind(client, world)), 'all clients', {ms: catchUpMs, every: 50}).catch(() => {});
  return world.clients.filter((client) => isBehind(client, world));
}

/** Brings together what the publisher, Redis and the clients know. */
function settle({truth, history, clients}, {rings, epoch}) {
  const delivered = clients.flatMap(({lives}) => lives.flat()).filter(({uid}) => uid !== undefined);
  const ids = [...truth.publications, ...delivered].map(({id}) => id).filter((id) => id !== undefined);
  history.settle(epoch, ids);
  truth.settle({rings, delivered, history});
}

/** Runs a soak; gives its report. */
export async function soak(options, say = () => {}) {
  const plan = makePlan(options);
  const world = new World(plan, options);
  const lag = monitorEventLoopDelay({resolution: 10});
  const began = process.cpuUsage();
  let recoveries;
  try {
    await world.start();
    say(`${plan.clients.length} clients, ${plan.publications.length} events to publish, ${plan.faults.length} faults`);
    say(`logs in ${world.folder}`);
    world.chronicle.begin();
    lag.enable();
    recoveries = new Recoveries(world);
    for (const client of world.clients) client.start();
    await Promise.all([causeFaults(world, recoveries), new Publisher(world, plan.publications).run()]);
    await world.untilReady(world.instances, catchUpMs);
    for (const client of world.clients) client.stay();
    await finish(world);
    const behind = await catchUp(world);
    lag.disable();
    recoveries.stop();
    const dataset = await world.dataset();
    world.redis.annotate(world.chronicle);
    const errors = await world.stop();

    settle(world, dataset);
    const judge = new Judge(world);
    // Nobody here hears anything while this process itself stands still.
    Object.assign(judge, {ring: plan.ring, ttl: ttlSeconds, silenceMs: silenceMs + lag.max / 1e6});
    for (const client of world.clients) judge.judge(client);
    for (const {name, lastEventId} of behind) judge.violations.push({kind: 'behind', client: name, text: `got no further than ${lastEventId}`});
    for (const error of errors) judge.violations.push({kind: 'server', text: String(error.message)});
    const connections = judge.connections(world.clients);
    return makeReport({options, world, judge, connections, recoveries, lag, cpu: process.cpuUsage(began)});
  } catch (error) {
    recoveries?.stop();
    await world.stop();
    error.message += `\n(logs in ${world.folder})\n${world.chronicle.lines.slice(-40).join('\n')}`;
    throw error;
  }
}
