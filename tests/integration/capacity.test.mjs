// loadtest/capacity: its predictions against what was measured, what must hold whatever the costs are, its command line,
// and the tables of docs/scaling.md.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {describe, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {cores} from '../../loadtest/comparison/cores.mjs';
import {constantsFile, loadConstants, units} from '../../loadtest/scaling/constants.mjs';
import {page, partsOf} from '../../loadtest/scaling/documents.mjs';
import {fleetOf} from '../../loadtest/scaling/model.mjs';
import {defaultPlan, parseOptions} from '../../loadtest/scaling/options.mjs';
import {fewestInstances, firstWall, planOf, walls} from '../../loadtest/scaling/plan.mjs';
import {kindsOf, loadPoints, measurePoint, predict} from '../../loadtest/scaling/points.mjs';
import {opening, pipelined, returning, rings} from '../../loadtest/scaling/probes.mjs';
import {profiles} from '../../loadtest/scaling/profiles.mjs';
import {demandOf, messagesOf, reachOf, ringsOf, trafficOf} from '../../loadtest/scaling/traffic.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {run} from '../support/process.mjs';
import {randomFrom, seedOfRun} from '../support/wait.mjs';

const script = fileURLToPath(new URL('../../loadtest/capacity', import.meta.url));
const capacity = (...args) => run(script, args);
const constants = loadConstants();

/** That two numbers differ by no more than this part of the second. */
function assertNear(actual, expected, part, what) {
  assert.ok(Math.abs(actual - expected) <= part * Math.abs(expected), `${what}: ${actual}, not within ${100 * part} % of ${expected}`);
}

describe('predictions', () => {
  const points = loadPoints();

  test('there are points of 1, 2 and 3 processes for every kind of traffic', () => {
    const names = points.map(({name, processes}) => `${name} ${processes}`);
    assert.deepEqual(names, Object.keys(kindsOf({streams: 1})).flatMap((name) => [1, 2, 3].map((n) => `${name} ${n}`)));
  });

  // The constants come from one process and from runs of their own: these points had no part in them.
  for (const point of points.filter(({processes}) => processes > 1)) {
    test(`${point.title} on ${point.processes} processes costs what the model says`, () => {
      const predicted = predict(point, constants);
      const measured = Object.entries(point.measured).filter(([, value]) => value !== null);
      assert.ok(measured.length >= 3);
      for (const [name, value] of measured) assertNear(predicted[name], value, 0.3, name);
    });
  }
});

const second = 1e6;

describe('the model', () => {
  // One cost at a time, in round numbers, so that what is expected can be worked out by hand.
  const costing = (given) => ({...Object.fromEntries(Object.keys(units).map((name) => [name, 0])), ...given});

  test('a channel reaches one instance for one listener, and all for very many', () => {
    for (const n of [1, 2, 3, 100]) {
      assertNear(reachOf(1, n), 1, 1e-9, `1 listener, ${n} instances`);
      assertNear(reachOf(1e6, n), n, 1e-9, `many listeners, ${n} instances`);
    }
    assertNear(reachOf(2, 2), 1.5, 1e-9, 'two listeners on two instances');
  });

  test('an instance pays for messages and deliveries, Redis for publications and for a copy to each instance', () => {
    const traffic = trafficOf({shared: 2, sharedRate: 5, heartbeat: Infinity});
    const delivering = costing({'instance.delivery': 10, 'instance.first_delivery': 10});
    // 1,000 streams with two channels of five events a second.
    assertNear(fleetOf(traffic, delivering, 1000, 4).instance.cores, 1000 * 10 * 10 / second, 1e-9, 'deliveries');
    const receiving = costing({'instance.message': 10});
    assertNear(fleetOf(traffic, receiving, 1000, 4).instance.cores, 4 * 10 * 10 / second, 1e-9, 'messages');
    const fanning = costing({'redis.publish': 100, 'redis.fanout': 10});
    const marks = 4 * 110;
    assertNear(fleetOf(traffic, fanning, 1000, 4).redis.cores, (10 * 100 + 4 * 10 * 10 + marks) / second, 1e-9, 'Redis');
    const bare = costing({'redis.live': 7});
    assertNear(fleetOf({...traffic, live: true}, bare, 1000, 4).redis.cores, 10 * 7 / second, 1e-9, 'live-only');
  });

  test('the first deliveries of a message have their own price, the others theirs', () => {
    const priced = costing({'instance.delivery': 1, 'instance.first_delivery': 100});
    const traffic = trafficOf({own: 1, ownRate: 1, shared: 1, sharedRate: 1, heartbeat: Infinity});
    const expected = 1000 * 100 + 2 * 10 * 100 + (1000 - 2 * 10);
    assertNear(fleetOf(traffic, priced, 1000, 2).instance.cores, expected / second, 1e-9, 'own, first and other deliveries');
  });

  test('what comes at once costs less by its own constants', () => {
    const traffic = trafficOf({own: 1, ownRate: 1, heartbeat: Infinity, pipelined: true});
    const priced = costing({'instance.message': 1000, 'instance.first_delivery': 1000, 'instance.message_pipelined': 10,
      'instance.delivery': 5, 'redis.publish': 1000, 'redis.fanout': 1000, 'redis.publish_pipelined': 20,
      'redis.fanout_pipelined': 3});
    const {instance, redis} = fleetOf(traffic, priced, 1000, 1);
    assertNear(instance.cores, 1000 * 15 / second, 1e-9, 'the instance');
    assertNear(redis.cores, (1000 * 23 + 2000) / second, 1e-9, 'Redis, and its mark');
  });

  test('heartbeats are for streams that are quiet', () => {
    assertNear(demandOf(trafficOf({heartbeat: 10}), 1000).sends, 100, 1e-9, 'silent');
    assertNear(demandOf(trafficOf({own: 1, ownRate: 2, heartbeat: 10}), 1000).sends, 2000, 1e-9, 'busy');
  });

  test('rings hold what their channels had between two silences as long as the TTL', () => {
    const ringsAt = (given) => ringsOf(trafficOf(given), demandOf(trafficOf(given), 1000));
    const seldom = ringsAt({own: 1, ownRate: 1e-7, ttl: 1000});
    assertNear(seldom.rings, 1000 * 1e-4, 0.01, 'rings of seldom used channels');
    assertNear(seldom.events, seldom.rings, 0.01, 'one event in each');
    const often = ringsAt({own: 1, ownRate: 1, ring: 50, ttl: 1000});
    assert.deepEqual([often.rings, often.events], [1000, 50_000]);
    // Every stream's channel is used for 10 s, for 20 events, and kept for 90 s more: there are ten for each stream.
    const fresh = ringsAt({own: 1, ownRate: 2, fresh: true, lifetime: 10, ttl: 90});
    assertNear(fresh.rings, 10_000, 1e-9, 'rings of new channels');
    assertNear(fresh.events, 200_000, 1e-9, 'their events');
    assert.deepEqual(ringsAt({own: 1, ownRate: 1, live: true}), {rings: 0, events: 0});
  });

  test('rings of events at random times are as long as simulated ones', () => {
    const random = randomFrom(7);
    const [rate, ttl, ring, until] = [1, 2, 10, 200_000];
    let [kept, held] = [0, 0];
    for (let now = 0; now < until;) {
      const gap = -Math.log(1 - random.next()) / rate;
      held += kept * Math.min(gap, ttl);
      kept = gap > ttl ? 1 : Math.min(ring, kept + 1);
      now += gap;
    }
    const {events} = ringsOf(trafficOf({own: 1, ownRate: rate, ttl, ring}), demandOf(trafficOf({own: 1, ownRate: rate}), 1));
    assertNear(events, held / until, 0.02, 'events in a ring on average');
  });
});

describe('plans', () => {
  // Walls beyond that are none.
  const most = 1e11;
  const seed = seedOfRun();
  const {pick} = randomFrom(seed);
  const anyTraffic = () => {
    const [own, shared] = pick([[1, 0], [0, 1], [2, 3], [1, 1]]);
    return trafficOf({
      own, ownRate: own * pick([0, 0.001, 0.1, 3]), fresh: pick([true, false]), shared, sharedRate: shared * pick([0.01, 1, 20]),
      listeners: pick([2, 50, 1000, Infinity]), size: pick([100, 5000]), lifetime: pick([30, 1800]), ring: pick([16, 256]),
      live: pick([true, false]), pipelined: pick([true, false]),
    });
  };
  const anyPlan = () => ({
    ...defaultPlan, headroom: pick([0, 0.3, 0.7]), reconnect: pick([5, 60, 600]), streamsPerInstance: pick([5000, 100_000]),
  });

  for (let i = 0; i < 60; ++i) {
    const [traffic, plan, streams] = [anyTraffic(), anyPlan(), pick([1, 1000, 54_321, 1e6, 1e7])];
    test(`hold for ${streams} streams of ${JSON.stringify(traffic)} (seed ${seed}, ${i})`, () => {
      const planned = planOf(traffic, constants, streams, plan);
      if (!planned.fleet) return void assert.equal(planned.wall.streams, 0);
      const {fleet, shards, wall} = planned;

      // Nothing is fuller than it may be, and one instance or one Redis fewer would not do.
      assert.ok(fleet.streams * shards >= streams && fleet.streams <= fleet.instances * plan.streamsPerInstance);
      assert.ok(fleet.instance.cores <= fleet.instances * (1 - plan.headroom) && fleet.instance.storm <= fleet.instances);
      for (const [name, {use}] of Object.entries(walls)) assert.ok(use(fleet, plan) <= 1, `${name}: ${use(fleet, plan)}`);
      assert.ok(fleet.instances === 1 || planned.because, 'more than one instance has a reason');
      if (wall && wall.streams < most) {
        assert.equal(planOf(traffic, constants, wall.streams, plan).shards, 1);
        assert.equal(planOf(traffic, constants, wall.streams + 1, plan).shards, 2);
      }

      // Redis sends an event to each instance at most, and no more often than it is delivered.
      const {deliveries, messages, publishes} = fleet.rates;
      assert.ok(messages <= Math.min(publishes * fleet.instances, deliveries) * (1 + 1e-9));
      assert.ok(messages >= publishes * (1 - 1e-9));

      // Twice the streams never need less, and twice the reserve never needs fewer instances.
      const twice = planOf(traffic, constants, 2 * streams, plan);
      assert.ok(twice.shards >= shards);
      const onOne = fewestInstances(traffic, constants, streams, plan);
      const twiceOnOne = fewestInstances(traffic, constants, 2 * streams, plan);
      if (onOne && twiceOnOne) assertNoLess(twiceOnOne.fleet, onOne.fleet);
      const careful = fewestInstances(traffic, constants, streams, {...plan, headroom: (1 + plan.headroom) / 2});
      if (onOne && careful) assert.ok(careful.fleet.instances >= onOne.fleet.instances);
    });
  }
  function assertNoLess(more, less, where = '') {
    for (const [name, value] of Object.entries(less)) {
      if (typeof value === 'object') assertNoLess(more[name], value, `${where}${name}.`);
      else assert.ok(more[name] >= value * (1 - 1e-9), `${where}${name}: ${more[name]} for twice the streams, ${value} before`);
    }
  }

  test('routing, rings, pipelines and live-only events move the walls that they are said to move', () => {
    const at = (given, plan = {}) => firstWall(trafficOf(given), constants, {...defaultPlan, ...plan});
    const quiet = profiles.quiet.traffic;
    assert.equal(at(quiet).name, 'Redis memory');
    assert.ok(at({...quiet, ring: 32}).streams > 2 * at(quiet).streams);
    const dashboards = profiles.dashboards.traffic;
    assert.equal(at(dashboards).name, 'Redis CPU');
    assert.ok(at(dashboards, {streamsPerInstance: 200_000}).streams > at(dashboards, {streamsPerInstance: 10_000}).streams);
    assert.ok(at({...dashboards, pipelined: true}).streams > at(dashboards).streams);
    const tokens = profiles.tokens.traffic;
    assert.equal(at(tokens).name, 'Redis CPU');
    assert.ok(at({...tokens, live: true}).streams > 2 * at(tokens).streams);
    assert.ok(at({...tokens, ownRate: tokens.ownRate / 5}).streams > 2 * at(tokens).streams);
  });

  test('events that one instance cannot even hear are called that', () => {
    const {shards, wall} = planOf(trafficOf({shared: 1, sharedRate: 1e6}), constants, 1000, defaultPlan);
    assert.equal(shards, undefined);
    assert.deepEqual([wall.name, wall.streams], ['CPU of an instance', 0]);
  });

  test('the costs of one machine are divided as those of several: messages are counted once for each instance', () => {
    const demand = demandOf(trafficOf({own: 1, ownRate: 2, shared: 1, sharedRate: 3}), 1e6);
    assertNear(messagesOf(demand, 20), 2e6 + 3 * 20, 1e-6, 'messages');
  });
});

describe('the script', () => {
  test('prints a table, and all of it as JSON in base units', async () => {
    const args = ['--profile', 'dashboards', '--streams', '1M', '--headroom', '0.4', '--redis-memory', '32', '--link', '1'];
    const table = await capacity(...args);
    assert.equal(table.code, 0, table.stderr);
    for (const row of ['streams  ', 'instances  ', 'each Redis: memory  ', 'nginx  ', 'first wall of one Redis  ', 'what moves it  ']) {
      assert.match(table.stdout, new RegExp(`^${row}`, 'm'));
    }
    const result = JSON.parse((await capacity(...args, '--json')).stdout);
    assert.deepEqual([result.streams, result.plan.redisMemory, result.plan.link], [1e6, 32 * 2 ** 30, 1e9]);
    const {instances, redis, rates, fleets, nginx} = result;
    assertNear(rates.deliveries_per_s, 2e6, 0.001, 'deliveries');
    assert.ok(instances.count * instances.streams_each >= 1e6 && redis.servers === fleets);
    assert.ok(instances.cores <= 0.6 * instances.count && redis.cores_each <= 0.6);
    assertNear(instances.kernel_bytes, 1e6 * constants['kernel.socket'], 0.01, 'kernel memory');
    assertNear(nginx.user_bytes, 1e6 * constants['nginx.stream'], 0.01, 'memory of nginx');
  });

  test('numbers may have suffixes, and words where they mean something', () => {
    const {traffic, streams} = parseOptions(['--streams', '1.5M', '--own', '2', '--lifetime', 'none', '--listeners', 'all']);
    assert.deepEqual([streams, traffic.own, traffic.lifetime, traffic.listeners], [1.5e6, 2, Infinity, Infinity]);
  });

  for (const [args, message] of [
    [['--streams', 'many'], /--streams: many is not a number/],
    [['--streams', '0'], /--streams: 0 is less than 1/],
    [['--streams', '1.5'], /--streams: 1.5 is not a whole number/],
    [['--streams', '-5'], /--streams/],
    [['--headroom', '1'], /--headroom: 1 is more than 0.95/],
    [['--reconnect', '0'], /--reconnect: 0 is less than 0.001/],
    [['--profile', 'loud'], /--profile: no loud; there are quiet, dashboards, tokens/],
    [['--own', '0', '--own-rate', '1'], /--own-rate: the streams have no channels of their own/],
    [['--shared', '0', '--shared-rate', '1'], /--shared-rate: the streams share no channels/],
    [['--fresh', '--lifetime', 'none'], /--fresh: streams that never end/],
    [['--lifetime', 'all'], /--lifetime: all is not a number/],
    [['--measure', '--json'], /--measure and --json do not go together/],
    [['--docs', '--streams', '5'], /--docs and --streams do not go together/],
    [['--quick'], /--quick goes with --measure/],
    [['--fast'], /Unknown option '--fast'/],
  ]) {
    test(`${args.join(' ')} is a usage error`, async () => {
      const {code, stdout, stderr} = await capacity(...args);
      assert.deepEqual([code, stdout], [64, '']);
      assert.match(stderr.split('\n')[0], message);
      assert.match(stderr, /usage: loadtest\/capacity/);
    });
  }

  test('constants that are missing or in another unit are refused by name', async (t) => {
    const file = path.join(temporaryFolder(t, 'capacity'), 'constants.json');
    const written = JSON.parse(fs.readFileSync(constantsFile, 'utf8'));
    const tried = async (change) => {
      const copy = structuredClone(written);
      change(copy.constants);
      fs.writeFileSync(file, JSON.stringify(copy));
      const {code, stderr} = await capacity('--constants', file);
      return `${code} ${stderr.split('\n')[0]}`;
    };
    assert.match(await tried((all) => delete all['redis.publish']), /^1 capacity: .*redis\.publish: undefined is no cost/);
    assert.match(await tried((all) => (all['redis.ring'].unit = 'KiB')), /^1 capacity: .*redis\.ring: in KiB, not B/);
    assert.match(await tried((all) => (all['nginx.open'].value = -1)), /^1 capacity: .*nginx\.open: -1 is no cost/);
    fs.writeFileSync(file, 'no JSON');
    assert.match((await capacity('--constants', file)).stderr, /^capacity: .*constants\.json: /);
    assert.match((await capacity('--constants', '/nowhere')).stderr, /^capacity: .*ENOENT/);
  });

  test('a build without the programs is refused before anything is measured', async (t) => {
    const {code, stderr} = await capacity('--measure', '--build', temporaryFolder(t, 'capacity'));
    assert.equal(code, 1);
    assert.match(stderr, /^capacity: --build: no daemon\/freshetd/);
  });
});

test('docs/scaling.md holds what the script computes now', () => {
  const text = fs.readFileSync(page, 'utf8');
  for (const [name, content] of Object.entries(partsOf(constants))) {
    const [, held] = text.match(new RegExp(`<!-- begin: ${name} -->\\n([^]*?)\\n?<!-- end: ${name} -->`)) ?? [];
    assert.equal(held, content, `${name}: run loadtest/capacity --docs`);
  }
});

// Small, for what is measured here says nothing: it must only be measured.
test('costs and points can be measured', async (t) => {
  const build = temporaryFolder(t, 'capacity');
  for (const [name, file] of [['daemon/freshetd', process.env.FRESHETD], ['loadtest/sseload', process.env.SSELOAD]]) {
    fs.mkdirSync(path.dirname(path.join(build, name)), {recursive: true});
    fs.symlinkSync(path.resolve(file), path.join(build, name));
  }
  const [scale, context] = [{streams: 0.02, seconds: 0.34}, {build, ...cores()}];
  const measured = {};
  for (const probe of [opening, returning, rings, pipelined]) Object.assign(measured, await probe(scale, context, {idle: 0}));
  for (const [name, value] of Object.entries(measured)) {
    assert.ok(name in units, name);
    // The kernel's memory is the whole machine's.
    assert.ok(Number.isFinite(value) && (value >= 0 || name === 'kernel.socket'), `${name}: ${value}`);
  }
  // What the start alone needs is gone before anything is measured, or streams would seem to cost nothing.
  assert.ok(measured['instance.base'] > 0 && measured['instance.stream'] > 0, JSON.stringify(measured));
  assert.ok(measured['redis.publish_pipelined'] > 0 && measured['instance.return'] > 0 && measured['redis.ring_event'] > 0);
  const {measured: point, streams, processes} = await measurePoint('own', 2, scale, context, 0);
  assert.deepEqual([streams, processes], [120, 2]);
  for (const [name, value] of Object.entries(point)) assert.ok(value > 0, `${name}: ${value}`);
});
