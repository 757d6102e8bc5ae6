// What is there to watch the daemon with: metrics, alerts, dashboard and docs, and that they agree with each other.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import {dashboard, dashboardQueries} from '../support/dashboard.mjs';
import {eventfulConfig, liveThrough} from '../support/eventful.mjs';
import {startFreshetd} from '../support/freshetd.mjs';
import {lintMetrics, namesIn, parseFamilies, promtool, shippedFile, shippedRules} from '../support/prometheus.mjs';
import {startRedis} from '../support/redis.mjs';

const page = (name) => fs.readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

// What is promised, with the values of labels that are there from the start.
const promised = {
  freshet_connections: ['gauge'],
  freshet_connections_total: ['counter', 'outcome', ['stream', 'shed', 'invalid', 'unauthorized', 'forbidden', 'barred']],
  freshet_disconnects_total: ['counter', 'reason', ['client', 'slow', 'drain', 'expired', 'revoked', 'error']],
  freshet_subscriptions: ['gauge'],
  freshet_events_received_total: ['counter', 'kind', ['durable', 'live']],
  freshet_events_sent_total: ['counter'],
  freshet_bytes_sent_total: ['counter'],
  freshet_publish_to_write_seconds: ['histogram', 'le', ['0.001', '0.005', '0.01', '0.025', '0.05', '0.1', '0.2', '0.25', '1', '+Inf']],
  freshet_fanout_seconds: ['histogram', 'le', ['+Inf']],
  freshet_replayed_events_total: ['counter'],
  freshet_resumes_total: ['counter', 'result', ['fresh', 'complete', 'earliest', 'trimmed', 'expired', 'unknown-id', 'history-lost']],
  freshet_resets_total: ['counter', 'reason', ['trimmed', 'expired', 'history-lost']],
  freshet_gaps_total: ['counter'],
  freshet_buffered_bytes: ['gauge'],
  freshet_redis_up: ['gauge', 'connection', ['subscriber', 'command']],
  freshet_redis_reconnects_total: ['counter'],
  freshet_redis_memory_bytes: ['gauge'],
  freshet_redis_memory_limit_bytes: ['gauge'],
  freshet_redis_evicts: ['gauge'],
  freshet_probe_seconds: ['gauge'],
  freshet_auth_failures_total: ['counter', 'reason', ['missing', 'forbidden', 'malformed', 'algorithm', 'unknown_key',
    'signature', 'expired', 'not_yet', 'issuer', 'audience', 'claims']],
  freshet_shed_total: ['counter', 'reason', ['connections', 'connections_per_user', 'connections_per_address', 'connection_rate',
    'memory', 'draining', 'descriptors', 'keys']],
  freshet_records_rejected_total: ['counter', 'reason', ['malformed', 'version', 'event-name', 'duplicate', 'too-large', 'future']],
  freshet_loop_lag_seconds: ['gauge'],
  freshet_build_info: ['gauge', 'version'],
  process_cpu_seconds_total: ['counter'],
  process_open_fds: ['gauge'],
  process_max_fds: ['gauge'],
  process_resident_memory_bytes: ['gauge'],
  process_virtual_memory_bytes: ['gauge'],
  process_start_time_seconds: ['gauge'],
};

test('metrics of a daemon that has lived', async (t) => {
  const redis = await startRedis(t, {functions: false});
  const daemon = await startFreshetd(t, {redis: redis.url, dev: false, config: eventfulConfig});
  const before = parseFamilies((await daemon.ops('/metrics')).text);
  const stream = await liveThrough(daemon, redis);
  const {text} = await daemon.ops('/metrics');
  const families = parseFamilies(text);

  await t.test('are what was promised, every label from the start', () => {
    for (const [name, [type, label, values = []]] of Object.entries(promised)) {
      assert.equal(before.get(name)?.type, type, name);
      assert.ok(before.get(name).help, `${name} has a help text`);
      assert.deepEqual([...before.get(name).labels.keys()], label ? [label] : [], name);
      for (const value of values) assert.ok(before.get(name).labels.get(label).has(value), `${name}: ${value}`);
    }
  });

  await t.test('keep their names and labels whatever happens', () => {
    assert.deepEqual([...families.keys()], [...before.keys()]);
    for (const [name, {labels}] of families) assert.deepEqual(labels, before.get(name).labels, name);
  });

  await t.test('have nothing that promtool would complain of', async (t) => {
    assert.equal(await lintMetrics(t, text), '');
  });

  await t.test('count what happened', async () => {
    const counted = async (name, labels) => assert.ok((await daemon.metric(name, labels)) > 0, `${name} ${JSON.stringify(labels ?? '')}`);
    for (const kind of ['durable', 'live']) await counted('freshet_events_received_total', {kind});
    for (const result of ['fresh', 'complete', 'earliest', 'trimmed', 'unknown-id']) await counted('freshet_resumes_total', {result});
    for (const reason of ['client', 'slow']) await counted('freshet_disconnects_total', {reason});
    for (const outcome of ['stream', 'unauthorized']) await counted('freshet_connections_total', {outcome});
    await counted('freshet_auth_failures_total', {reason: 'missing'});
    await counted('freshet_records_rejected_total', {reason: 'malformed'});
    for (const name of ['freshet_publish_to_write_seconds_count', 'freshet_fanout_seconds_count', 'freshet_replayed_events_total',
      'freshet_events_sent_total', 'freshet_bytes_sent_total', 'freshet_probe_seconds', 'freshet_ready', 'freshet_redis_memory_bytes']) await counted(name);
    assert.equal(await daemon.metric('freshet_connections_limit'), 100_000);
    assert.equal(await daemon.metric('freshet_memory_limit_bytes'), 64 * 2 ** 30);
    assert.ok((await daemon.metric('freshet_probe_age_seconds')) < 10);
  });

  await t.test('tell of the process what the kernel tells of it', async () => {
    const resident = Number(fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)[1]) * 1024;
    const told = await daemon.metric('process_resident_memory_bytes');
    assert.ok(told > resident / 2 && told < resident * 2, `${told} of ${resident} bytes`);
    // The scrape itself is a connection, which may be still or no longer there.
    const open = daemon.openFiles();
    assert.ok(Math.abs((await daemon.metric('process_open_fds')) - open) <= 2, `${open} descriptors`);
    const [, most] = fs.readFileSync(`/proc/${daemon.pid}/limits`, 'utf8').match(/Max open files\s+(\d+)/);
    assert.equal(await daemon.metric('process_max_fds'), Number(most));
    assert.ok(Math.abs((await daemon.metric('process_start_time_seconds')) - Date.now() / 1000) < 300);
    assert.ok((await daemon.metric('process_cpu_seconds_total')) > 0);
  });

  await t.test('are explained, all of them and no others', () => {
    const rows = [...page('monitoring.md').matchAll(/^\| `((?:freshet|process)_\w+)` \| (\w+) \| (?:`(\w+)`)? ?\| (.*) \|$/gm)];
    const told = rows.map(([, name, type, label]) => `${name} ${type} ${label ?? ''}`).sort();
    assert.deepEqual(told, [...families].map(([name, {type, labels}]) => `${name} ${type} ${[...labels.keys()].join()}`).sort());
    for (const [, name, , label, text] of rows) {
      if (['le', 'version', undefined].includes(label)) continue;
      for (const value of families.get(name).labels.get(label)) assert.ok(text.includes(`\`${value}\``), `${name}: ${value}`);
    }
    const listed = page('protocol.md').split('## Metrics')[1].split('\n## ')[0].matchAll(/^\| (`.*?) \|/gm);
    const names = [...listed].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name));
    assert.deepEqual(names.sort(), [...families.keys()].sort(), 'docs/protocol.md');
  });

  // Prometheus adds job and instance, and `up` for each target.
  const known = new Map([['up', {labels: new Map()}], ...families]);
  const records = shippedRules().filter(({kind}) => kind === 'record').map(({name}) => name);
  const check = (expr, where) => {
    const {selectors, grouping} = namesIn(expr);
    assert.ok(selectors.length > 0, where);
    const labels = new Set(['job', 'instance']);
    for (const {metric, matchers} of selectors) {
      if (records.includes(metric)) continue;
      const family = known.get(metric) ?? known.get(metric.replace(/_(bucket|sum|count)$/, ''));
      assert.ok(family, `${where}: ${metric} is not exported`);
      family.labels.forEach((_, label) => labels.add(label));
      for (const {label, value} of matchers) {
        if (['job', 'instance'].includes(label)) continue;
        assert.ok(family.labels.has(label), `${where}: ${metric} has no label ${label}`);
        for (const each of value.split('|')) assert.ok(family.labels.get(label).has(each), `${where}: ${metric}{${label}="${each}"}`);
      }
    }
    for (const label of grouping) assert.ok(labels.has(label), `${where}: ${label} is a label of none of them`);
  };

  await t.test('are all that the rules ask for', () => {
    for (const {name, expr} of shippedRules()) check(expr, name);
  });

  await t.test('are all that the dashboard asks for, and it shows each of them', () => {
    const shown = new Set();
    for (const {panel, expr} of dashboardQueries()) {
      check(expr, panel);
      for (const {metric} of namesIn(expr).selectors) shown.add(metric.replace(/_(bucket|sum|count)$/, ''));
    }
    for (const variable of dashboard.templating.list.filter(({type}) => type === 'query')) {
      check(variable.definition.match(/^label_values\((.*), \w+\)$/)[1], variable.name);
    }
    assert.deepEqual([...families.keys()].filter((name) => !shown.has(name)), []);
  });
  stream.close();
});

test('a name that nobody exports is found in an expression', () => {
  assert.deepEqual(namesIn('sum by (job, le) (rate(a_total{x=~"b|c", y!="d"}[5m])) > 0.5 * max_over_time(e:f[10m:30s]) unless on (z) g == 0'), {
    selectors: [
      {metric: 'a_total', matchers: [{label: 'x', value: 'b|c'}, {label: 'y', value: 'd'}]},
      {metric: 'e:f', matchers: []}, {metric: 'g', matchers: []},
    ],
    grouping: ['job', 'le', 'z'],
  });
});

test('alert rules', async (t) => {
  const alerts = shippedRules().filter(({kind}) => kind === 'alert');

  await t.test('are valid, and each fires when it should and only then', async () => {
    assert.match(await promtool('check', 'rules', shippedFile('freshet.rules.yml')), /SUCCESS/);
    assert.match(await promtool('test', 'rules', shippedFile('freshet.rules.test.yml')), /SUCCESS/);
    assert.match(await promtool('check', 'config', shippedFile('prometheus.yml')), /SUCCESS/);
  });

  await t.test('are fed by one job, that of the Debian package', () => {
    const config = fs.readFileSync(shippedFile('prometheus.yml'), 'utf8');
    assert.deepEqual([...config.matchAll(/^ {2}- job_name: (\S+)$/gm)].map(([, name]) => name), ['freshet']);
    assert.match(config, /^ {8}replacement: 127\.0\.0\.1:9145$/m, 'through nginx-metrics.conf');
  });

  await t.test('are each tested in both states', () => {
    const cases = fs.readFileSync(shippedFile('freshet.rules.test.yml'), 'utf8');
    for (const {name} of alerts) {
      assert.match(cases, new RegExp(`alertname: ${name}\\n +exp_alerts:\\n`), `${name} fires`);
      assert.match(cases, new RegExp(`\\{eval_time: \\w+, alertname: ${name}\\}`), `${name} does not fire`);
    }
  });

  await t.test('say how bad it is, what it is, and where to read on', () => {
    const headings = [...page('monitoring.md').matchAll(/^### (Freshet\w+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(alerts.map(({name}) => name).sort(), headings.sort());
    for (const {name, text} of alerts) {
      assert.match(text, /^ {8}labels: \{severity: (?:critical|warning)\}$/m, name);
      assert.match(text, /^ {10}summary: ".+[^.]"$/m, name);
      assert.match(text, /^ {10}description: ".+\."$/m, name);
      assert.match(text, new RegExp(`^ {10}runbook: docs/monitoring\\.md#${name.toLowerCase()}$`, 'm'), name);
    }
  });
});

test('the dashboard', async (t) => {
  await t.test('can be imported, and again after an upgrade', () => {
    assert.equal(dashboard.uid, 'freshet');
    assert.equal(dashboard.id, null);
    assert.deepEqual(dashboard.templating.list.map(({name}) => name), ['datasource', 'job', 'instance']);
    const ids = dashboard.panels.map(({id}) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  await t.test('has panels of Grafana itself, each explained, with a unit, and none over another', () => {
    const taken = new Set();
    for (const {type, title, description, fieldConfig, options, datasource, targets, gridPos} of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${title} at ${x} ${y}`);
          taken.add(`${x} ${y}`);
        }
      }
      if (type === 'row') continue;
      assert.ok(['stat', 'timeseries', 'heatmap', 'table'].includes(type), `${title}: ${type}`);
      assert.ok(description, title);
      assert.ok(type === 'table' || fieldConfig.defaults.unit || options.yAxis.unit, `${title}: a unit`);
      for (const source of [datasource, ...targets.map((target) => target.datasource)]) {
        assert.deepEqual(source, {type: 'prometheus', uid: '${datasource}'}, title);
      }
      for (const {expr} of targets) assert.match(expr, /\{job=~"\$job", instance=~"\$instance"/, title);
    }
  });
});
