// The first half hour of docs/operations.md, word by word: on a fresh Debian with a systemd of its own, the commands that the
// page shows are run in their order, from the package to the first alert, and what the page promises is looked for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {bootMachine} from '../support/booted_machine.mjs';
import {startBrowser} from '../support/browser.mjs';
import {dashboardQueries, withVariables} from '../support/dashboard.mjs';
import {debianPackage, rootForPackage} from '../support/debian_package.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {markedBlocks} from '../support/guide.mjs';
import {Program} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

const page = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));
const name = 'events.example.com';
const clients = 1000;

test('docs/operations.md, the first half hour', async (t) => {
  const blocks = markedBlocks(page);
  /** The marked blocks below a heading, in their order; each can be taken once. */
  const take = (heading, mark = 'run', language = 'sh') => {
    const index = blocks.findIndex((block) => block.heading === heading && block.mark === mark && block.language === language);
    assert.ok(index >= 0, `no block \`${language} ${mark}\` (left) below "${heading}"`);
    return blocks.splice(index, 1)[0].text;
  };

  const file = await debianPackage(t);
  const machine = await bootMachine(t, await rootForPackage(file));
  await machine.give(file, '/root');

  const on = (command, args, options) => {
    const [first, ...rest] = [...machine.network, command, ...args];
    return new Program(first, rest, options);
  };
  const step = (what, body) => t.test(what, async (t2) => {
    try {
      await body(t2);
    } catch (error) {
      const {stdout: nginx} = await machine.run('tail -n 20 /var/log/nginx/error.log');
      error.message += `\n--- journal\n${await machine.journal()}\n--- nginx\n${nginx}`;
      throw error;
    }
  });
  /** A stream opens through the proxy, over HTTP/2. */
  const opens = async (flags) => {
    const stream = machine.start(`curl -sS -N -i --http2 ${flags} 'https://${name}/events?channel=news'`);
    await stream.output(/^HTTP\/2 200 [^]*stream-cursor/, {where: 'stdout'});
    await stream.kill9();
  };
  const pids = async () => (await machine.does('systemctl show -P MainPID freshet@1 freshet@2')).split(/\s+/).filter(Boolean);
  const follow = (heading, options) => machine.does(take(heading), options);

  await step('Install', async () => {
    await follow('Install', {ms: 120_000});
    assert.equal((await machine.run('systemctl is-active redis-server nginx')).stdout, 'active\nactive\n');
    assert.equal((await machine.run("systemctl list-units --plain --no-legend 'freshet*'")).stdout, '', 'nothing of freshet runs');
    assert.equal(await machine.does("stat -c '%U:%G %a' /etc/freshet/freshet.yaml"), 'root:freshet 640\n');
  });

  await step('Prepare Redis and the kernel', async () => {
    await follow('Prepare Redis and the kernel');
    assert.match(await machine.does('redis-cli INFO persistence'), /^aof_enabled:1\r?$/m);
  });

  await step('The first instance', async () => {
    // Not of the page: no more streams than this machine lets anybody open files, and a limit for the dashboard to show.
    const files = Number(await machine.does('ulimit -Hn')) || Infinity;
    const connections = Math.min(files - 1100, 100_000);
    await machine.does(`echo 'limits: {connections: ${connections}, memory: 64GiB}' >>/etc/freshet/freshet.yaml`);
    await follow('The first instance');
    const answers = await follow('The first instance');
    assert.match(answers, /"ready"/);
    assert.match(answers, /Active: active \(running\)/);
    assert.match(await machine.does('ss -xlH src /run/freshet/1.sock'), /^u_str +LISTEN +0 +65535 /);
  });

  await step('The second instance', async () => {
    await follow('The second instance');
    assert.equal(await machine.does('systemctl is-active freshet@1 freshet@2 freshet@1.socket freshet@2.socket freshet.target'),
      'active\n'.repeat(5));
    assert.equal(await machine.does("stat -c '%U:%G %a' /run/freshet/1.sock"), 'root:www-data 660\n');
    assert.equal(await machine.does('stat -c %U /proc/$(systemctl show -P MainPID freshet@2)'), 'freshet\n');
  });

  await step('Put nginx in front', async () => {
    await follow('Put nginx in front');
    await follow('Put nginx in front');
    await follow('The first event');
  });

  await step('The first event', async (t2) => {
    const watching = machine.start(take('The first event', 'watch').replace('curl -N', 'curl -N -i'));
    t2.after(() => watching.running && watching.kill9());
    await watching.output(/^HTTP\/2 200 [^]*stream-cursor/, {where: 'stdout'});

    const wrapper = path.join(temporaryFolder(t2), 'chromium');
    fs.writeFileSync(wrapper, `#!/bin/sh\nexec ${machine.network.join(' ')} ${process.env.FRESHET_CHROMIUM ?? '/usr/bin/chromium'} `
      + `--host-resolver-rules='MAP ${name} 127.0.0.1' "$@"\n`, {mode: 0o755});
    const browser = await startBrowser(t2, {executablePath: wrapper, ignoreHTTPSErrors: true});
    const tab = await browser.newPage();
    const said = [];
    tab.on('console', (message) => said.push(message.text()));
    assert.equal((await tab.goto(`https://${name}/`)).status(), 404);
    const script = take('The first event', 'run', 'js');
    await tab.evaluate(`${script}\nnew Promise((resolve) => source.addEventListener('stream-cursor', resolve))`);

    const id = (await follow('The first event')).trim();
    assert.match(id, /^\d{16}$/);
    await watching.output(new RegExp(`\nid: ${id}\ndata: \\{"title":"It works"\\}\n\n`), {where: 'stdout'});
    await until(() => said.includes('It works'), 'the event in the browser', {detail: () => said.join('\n')});

    // As the page says of reloads.
    await machine.does("systemctl reload nginx 'freshet@*.service'");
    await machine.does(`redis-cli FCALL freshet_publish 1 news '{"title":"It still does"}'`);
    await until(() => said.includes('It still does'), 'the next event in the browser', {detail: () => said.join('\n')});
    await watching.output(/It still does/, {where: 'stdout'});
  });

  await step('Is everything right?', async () => {
    const said = await follow('Is everything right?');
    assert.match(said, /^1 +ready .*\n2 +ready /m);
    assert.doesNotMatch(said, /^(?:fail|warn)/m);
    assert.match(said, /^ok +url\.protocol: HTTP\/2 over TLS$/m);
  });

  await step(`A rolling restart, under ${clients} clients`, async (t2) => {
    const before = await pids();
    const crowd = on(process.execPath, [fileURLToPath(new URL('../support/crowd.mjs', import.meta.url)),
      JSON.stringify({url: `https://${name}`, port: 443, clients, channel: 'news', perSecond: 5})]);
    t2.after(() => crowd.running && crowd.kill9());
    await crowd.output(/^open$/m, {where: 'stdout', ms: 120_000});
    await follow('A rolling restart', {ms: 120_000});
    crowd.signal('SIGTERM');
    const {code} = await crowd.exit({ms: 120_000});
    assert.equal(code, 0, crowd.describe());
    const verdict = JSON.parse(crowd.stdout.split('\n').find((line) => line.startsWith('{')));
    t2.diagnostic(JSON.stringify(verdict));
    // That every client has every event once and in order has been judged over there.
    assert.equal(verdict.resets, 0);
    assert.ok(verdict.resumes >= clients, 'every client has been sent away at least once');
    assert.deepEqual(Object.keys(verdict.perConnection), ['200'], 'no connection was refused');
    assert.equal(new Set([...before, ...await pids()]).size, 4, 'both are new processes');
    assert.equal((await machine.run("journalctl --no-pager -q -p err -u 'freshet@*'")).stdout, '', 'nothing went wrong over there');
  });

  await step('Watch it with Prometheus', async () => {
    // As the page has it, but with seconds for minutes; the times of the alerts have tests of their own.
    await machine.does(`cd /usr/share/doc/freshetd/examples/prometheus
      sed -i 's/_interval: 15s/_interval: 1s/' prometheus.yml
      sed -i 's/for: [0-9]*[ms]$/for: 1s/' freshet.rules.yml`);
    await follow('Watch it with Prometheus', {ms: 120_000});
    const metrics = await follow('Watch it with Prometheus');
    assert.match(metrics, /SUCCESS/);
    assert.match(metrics, /^freshet_connections \d+$/m);

    await until(async () => (await machine.run('curl -fsS http://127.0.0.1:9090/-/ready')).code === 0, 'Prometheus to be ready', {every: 200});
    const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
    let open = dashboardQueries().map(({panel, expr}) => ({panel, query: withVariables(expr)}));
    await until(async () => {
      const ask = 'curl -sS http://127.0.0.1:9090/api/v1/query -G --data-urlencode';
      const asking = open.map(({query}) => `${ask} query=${quoted(query)}; echo`);
      const answers = (await machine.does(asking.join('\n'))).split('\n');
      open = open.filter((_, index) => !/"status":"success"/.test(answers[index]) || /"result":\[\]/.test(answers[index]));
      return open.length === 0;
    }, 'every query of the dashboard to be answered', {every: 500, detail: () => JSON.stringify(open, null, 1)});
  });

  await step('The first alert', async () => {
    const alert = take('The first alert', 'alert');
    const ask = async () => (await machine.run(alert)).stdout;
    const up = 'promtool query instant http://127.0.0.1:9090 \'up{job="freshet"} == 1\'';
    await until(async () => (await machine.run(up)).stdout.trim().split('\n').length === 2, 'both instances to be scraped', {every: 200});
    assert.equal((await ask()).trim(), '');
    await follow('The first alert');
    await until(async () => /FreshetInstanceDown.*instance="[^"]*2"/.test(await ask()), 'the alert', {every: 200, ms: 60_000});
    await opens('-k');
    await follow('The first alert');
    await until(async () => (await ask()).trim() === '', 'the alert to be over', {every: 200});
  });

  await step('Sockets made anew, and an upgrade of what runs', async () => {
    await machine.does('echo 12345 >/proc/sys/net/core/somaxconn');
    assert.match(await machine.does(take('Kernel settings', 'sockets')), /^u_str +LISTEN +0 +12345 +\/run\/freshet\/1\.sock /m);
    const before = await pids();
    await machine.does(take('Restarts and upgrades', 'upgrade').replace('install', 'install --reinstall'), {ms: 60_000});
    assert.equal(new Set([...before, ...await pids()]).size, 4, 'both instances have been restarted');
  });

  await step('Other proxies in place of nginx', async () => {
    const proxies = 'Other proxies and load balancers';
    await machine.does('systemctl disable --now nginx');
    await machine.does(take(proxies, 'haproxy'));
    await opens(`--cacert /etc/ssl/certs/${name}.pem`);
    await machine.does('systemctl stop haproxy');
    const caddy = take(proxies, 'caddy');
    assert.match(caddy, /\nsystemctl restart caddy\n$/);
    // No authority can be reached from here.
    await machine.does(caddy.replace('systemctl restart', `sed -i 's/^${name} {/&\\n\\ttls internal/' /etc/caddy/Caddyfile\n$&`));
    await machine.does(`until curl -sSk -o /dev/null https://${name}/; do sleep 0.1; done`);
    await opens('-k');
  });

  await step('nothing is left that was not run', async () => assert.deepEqual(blocks.map(({heading, mark}) => `${heading}: ${mark}`), []));
});
