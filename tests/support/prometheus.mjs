// A real Prometheus server with the project's own files, promtool, and what can be told from metrics and queries as text.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {temporaryFolder} from './freshetd.mjs';
import {request} from './http.mjs';
import {Nginx} from './nginx.mjs';
import {freePort} from './ports.mjs';
import {Program, run} from './process.mjs';
import {replaced, shipped} from './shipped.mjs';
import {until} from './wait.mjs';

/** The path of a file that is delivered for Prometheus. */
export const shippedFile = (name) => fileURLToPath(new URL(`../../deploy/prometheus/${name}`, import.meta.url));
const shippedText = (name) => shipped(`prometheus/${name}`);

/** Runs promtool to its end, which must be a good one; returns what it said. */
export async function promtool(...args) {
  const {code, stdout, stderr} = await run('promtool', args);
  assert.equal(code, 0, `promtool ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** What `promtool check metrics` has to say of a page: nothing, when it is clean. */
export async function lintMetrics(t, page) {
  const file = path.join(temporaryFolder(t, 'metrics'), 'page');
  fs.writeFileSync(file, page);
  const {code, stdout, stderr} = await run('sh', ['-c', 'exec promtool check metrics < "$1"', 'sh', file]);
  return code === 0 ? stdout + stderr : `exit code ${code}: ${stdout}${stderr}`;
}

/** The families of a page of metrics: Map of name to {type, help, labels: Map of name to Set of values}. */
export function parseFamilies(page) {
  const families = new Map();
  for (const line of page.split('\n')) {
    const [, kind, name, rest] = line.match(/^# (HELP|TYPE) (\S+) (.*)$/) ?? [];
    if (kind) {
      const family = families.get(name) ?? {labels: new Map()};
      families.set(name, {...family, [kind.toLowerCase()]: rest});
      continue;
    }
    const [, sample, labels = ''] = line.match(/^([\w:]+)(?:\{(.*)\})? /) ?? [];
    if (!sample) continue;
    const family = families.get(sample) ?? families.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      family.labels.set(label, (family.labels.get(label) ?? new Set()).add(value));
    }
  }
  return families;
}

const keywords = new Set(['and', 'or', 'unless', 'offset', 'bool', 'by', 'on']);

/** The metrics that a PromQL expression names, each with its matchers, and the labels that it groups or joins by. */
export function namesIn(expression) {
  const selectors = [];
  const grouping = [];
  const rest = expression
    .replace(/\b(?:by|on)\s*\(([^)]*)\)/g, (_, list) => {
      grouping.push(...list.split(',').map((label) => label.trim()));
      return ' ';
    })
    .replace(/([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}/g, (_, metric, list) => {
      const matchers = [...list.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label, , value]) => ({label, value}));
      selectors.push({metric, matchers});
      return ' ';
    })
    .replace(/\[[^\]]*\]/g, ' ');
  for (const [, metric] of rest.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])/g)) {
    if (!keywords.has(metric)) selectors.push({metric, matchers: []});
  }
  return {selectors, grouping};
}

/** The alerts and records of the delivered rules: [{name, expr, text}], as their lines say it. */
export function shippedRules() {
  const text = shippedText('freshet.rules.yml');
  return text.split(/^ {6}- (?=alert: |record: )/m).slice(1).map((rule) => {
    const [, kind, name] = rule.match(/^(alert|record): (\S+)$/m);
    const [, block, line] = rule.match(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*))/m);
    return {kind, name, expr: (block ?? line).trim(), text: rule};
  });
}

/** Starts nginx with nginx-metrics.conf, for the sockets in `sockets`. Returns its address. */
export async function startMetricsNginx(t, sockets) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const site = replaced(shippedText('nginx-metrics.conf'), /127\.0\.0\.1:9145(?=;)/, address);
  const http = replaced(site, /unix:\/run\/freshet\//, `unix:${sockets}/`);
  const nginx = await Nginx.start({folder: temporaryFolder(t, 'nginx'), port, http});
  t.after(() => nginx.stop());
  return address;
}

/** One Prometheus server; see startPrometheus. */
class Prometheus {
  constructor(program, url) {
    Object.assign(this, {program, url});
  }

  async api(target) {
    const {status, text} = await request(this.url, `/api/v1/${target}`);
    const answer = JSON.parse(text);
    assert.equal(answer.status, 'success', `${status} ${target}: ${text}`);
    assert.equal(answer.warnings, undefined, `${target}: ${text}`);
    return answer.data;
  }

  /** The result of a query at this moment. */
  async query(expr) {
    return (await this.api(`query?${new URLSearchParams({query: expr})}`)).result;
  }

  /** Its results over the last `seconds`, one for each. */
  async range(expr, seconds) {
    const now = Date.now() / 1000;
    const range = {query: expr, start: String(now - seconds), end: String(now), step: '1'};
    return (await this.api(`query_range?${new URLSearchParams(range)}`)).result;
  }

  /** The alerts that are firing, of one name. */
  async firing(name) {
    const {alerts} = await this.api('alerts');
    return alerts.filter(({labels, state}) => labels.alertname === name && state === 'firing');
  }

  /** Waits until probe(), asked again and again, gives something truthy. */
  until(probe, what) {
    return until(() => {
      assert.ok(this.program.running, this.program.describe());
      return probe();
    }, what, {ms: 60_000, every: 100, detail: () => this.program.describe()});
  }
}

/** The job that prometheus.yml has commented out. */
const secondJob = /^ {2}# - job_name: (?:.*\n)+/m;

/**
 * Starts a Prometheus server with prometheus.yml and freshet.rules.yml as they are delivered, but for the addresses, a
 * second instead of 15 between two scrapes, and alerts that fire at once. The job that is commented out is put in.
 * - sockets: {nginx: host:port, instances} of the first job;  ports: operations listeners (host:port) of the second
 */
export async function startPrometheus(t, {ports, sockets}) {
  const folder = temporaryFolder(t, 'prometheus');
  const list = (names) => names.map((name) => `"${name}"`).join(', ');
  let config = replaced(shippedText('prometheus.yml'), /_interval: 15s\n {2}evaluation_interval: 15s/, '_interval: 1s\n  evaluation_interval: 1s');
  config = replaced(config, /^alerting:\n(?: .*\n)+/m, '');
  config = config.replace(secondJob, (job) => job.replaceAll(/^ {2}# /gm, '  '));
  config = replaced(config, /"127\.0\.0\.1:9081", "127\.0\.0\.1:9082"/, list(ports));
  config = replaced(config, /"1", "2"/, list(sockets.instances));
  config = replaced(config, /127\.0\.0\.1:9145/, sockets.nginx);
  fs.writeFileSync(path.join(folder, 'prometheus.yml'), config);
  fs.writeFileSync(path.join(folder, 'freshet.rules.yml'), replaced(shippedText('freshet.rules.yml'), /^ +for: \S+\n/m, '').replace(/^ +for: \S+\n/gm, ''));
  const address = `127.0.0.1:${await freePort()}`;
  const program = new Program('prometheus', [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${address}`, '--log.level=warn']);
  t.after(() => program.running && program.kill9());
  const server = new Prometheus(program, `http://${address}`);
  await server.until(() => request(server.url, '/-/ready').then(({status}) => status === 200, () => false), 'Prometheus to be ready');
  return server;
}
