// What is measured. Each work has points (one, or several to compare with each other), each point says what sseload is to
// do, and every peer of the work does all of them. See loadtest/README.md for the modes and options of sseload.

const everyone = ['freshetd', 'limit', 'limit-coalescing', 'node', 'nchan', 'nchan-redis'];
const without = (...names) => everyone.filter((peer) => !names.includes(peer));
const both = ['freshetd', 'limit'];

const one = (mode, options, extra) => [{name: '', mode, options, ...extra}];
const thousands = (n) => n.toLocaleString('en-US');

/**
 * {name, title, about, reference, peers, measures, points}, for a scale of {connections, seconds}: the factors by which
 * numbers of clients and durations are multiplied.
 *
 * A point is {name, x, mode, options, processes, quietChannels, eventsOf}: x is its place in a plot, quietChannels is how
 * many channels without events each client has besides its own, eventsOf overrides the number of events of a peer that
 * would take too long.
 */
export function worksOf(scale) {
  const clients = (n) => Math.round(n * scale.connections);
  const paced = (rate, seconds) => ({rate, events: Math.max(5, Math.round(rate * seconds * scale.seconds))});
  const [many, most] = [clients(10_000), clients(18_000)];
  // The same number of deliveries a second, however many clients share them.
  const shared = (n) => paced(clients(50_000) / n, 4);

  return [
    {
      name: 'broadcast',
      title: 'Paced broadcast',
      about: `${thousands(many)} clients of one channel, 200 B, 10 durable events a second`,
      reference: 'limit',
      peers: everyone,
      measures: ['cpu', 'p50', 'p99'],
      points: one('broadcast', {connections: many, size: 200, ...paced(10, 5)}),
    },
    {
      name: 'burst',
      title: 'Burst',
      about: `100 durable events of 200 B at once to ${thousands(many)} clients of one channel`,
      reference: 'limit-coalescing',
      peers: without('nchan-redis'),
      measures: ['burst', 'cpu'],
      points: one('broadcast', {connections: many, size: 200, burst: 100, events: 200}, {eventsOf: {limit: 100, nchan: 100}}),
    },
    {
      name: 'durable',
      title: 'A channel each, durable',
      about: `${thousands(many)} channels with a client each, ${thousands(2 * many)} durable events a second in all`,
      reference: 'limit',
      peers: without('limit-coalescing', 'nchan-redis'),
      measures: ['cpu', 'p50', 'p99'],
      points: one('per-user', {connections: many, size: 200, ...paced(2 * many, 4)}),
    },
    {
      name: 'flood',
      title: 'A channel each, as fast as it goes',
      about: `${thousands(many)} channels with a client each, live-only events (PUBLISH; nchan: POST)`,
      reference: 'limit',
      peers: everyone,
      measures: ['rate', 'cpu'],
      points: one('per-user', {connections: many, size: 200, rate: 'max', events: clients(300_000), publish: 'publish'},
        {eventsOf: {nchan: clients(150_000), 'nchan-redis': clients(50_000)}}),
    },
    {
      name: 'memory',
      title: 'Idle memory, one process',
      about: `${thousands(most)} silent clients with a channel each`,
      reference: 'limit',
      peers: without('limit-coalescing'),
      measures: ['memory', 'memoryGrowth', 'kernel', 'idle', 'connect'],
      points: one('idle', {connections: most, duration: 1}),
    },
    {
      name: 'memory-three',
      title: 'Idle memory, three processes',
      about: `${thousands(clients(50_000))} silent clients with a channel each, on three processes`,
      reference: 'limit',
      peers: both,
      measures: ['memory', 'memoryGrowth', 'kernel', 'idle'],
      points: one('idle', {connections: clients(50_000), duration: 1}, {processes: 3}),
    },
    {
      name: 'connect',
      title: 'Connecting',
      about: `${thousands(many)} clients of one channel connect`,
      reference: 'limit',
      peers: without('limit-coalescing'),
      measures: ['connect', 'connectRate'],
      points: one('idle', {connections: many, channels: 1, duration: 0.1, settle: 0.2}),
    },
    {
      name: 'storm',
      title: 'Reconnect storm',
      about: `${thousands(many)} clients of one channel drop and return, with 20 events missed each where those are replayed`,
      reference: 'limit',
      peers: without('limit-coalescing', 'nchan-redis'),
      measures: ['storm', 'stormCpu', 'ringReads'],
      points: one('storm', {connections: many, missed: 20}),
    },
    {
      name: 'growth-connections',
      title: 'Growth with connections',
      about: `One channel, ${thousands(clients(50_000))} deliveries a second in all`,
      reference: 'limit',
      peers: both,
      measures: ['cpu', 'p99', 'memory'],
      points: [clients(1_000), clients(5_000), most].map((n) => (
        {name: `${thousands(n)} connections`, x: n, mode: 'broadcast', options: {connections: n, size: 200, ...shared(n)}}
      )),
    },
    {
      name: 'growth-channels',
      title: 'Growth with channels',
      about: `A channel with events and a client each, ${thousands(many)} durable events a second in all, the rest silent`,
      reference: 'limit',
      peers: both,
      measures: ['cpu', 'p99'],
      points: [[clients(1_000), 0], [many, 0], [many, 9]].map(([n, quietChannels]) => ({
        name: `${thousands(n * (1 + quietChannels))} channels, ${thousands(n)} clients`, x: n * (1 + quietChannels),
        mode: 'per-user', quietChannels, options: {connections: n, size: 200, ...paced(many, 4)},
      })),
    },
    {
      name: 'stalled',
      title: 'Stalled readers',
      about: `${thousands(clients(5_000))} clients of one channel, 4,000 B, 10 durable events a second; some read nothing`,
      reference: 'limit',
      peers: both,
      measures: ['p50', 'p99', 'cpu', 'peak'],
      points: [0, clients(500)].map((stalled) => ({
        name: `${thousands(stalled)} stalled`, x: stalled, mode: 'slow',
        options: {connections: clients(5_000), stalled, size: 4_000, ...paced(10, 6)},
      })),
    },
  ];
}
