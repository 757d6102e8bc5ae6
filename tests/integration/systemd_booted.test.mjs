// The units under a real systemd, in a machine of its own: what `systemctl` makes of them, and that the daemon can do its work
// with all that they forbid.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';

import {bootMachine, debianRoot} from '../support/booted_machine.mjs';
import {binary} from '../support/freshetd.mjs';
import {run} from '../support/process.mjs';
import {until} from '../support/wait.mjs';

const manual = fs.readFileSync(new URL('../../docs/systemd.md', import.meta.url), 'utf8');
const deploy = (name) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

const config = `
listen: ["unix:/run/freshet/{instance}.sock"]
ops: {listen: "unix:/run/freshet/{instance}.ops.sock"}
auth: {public_channels: ["*"]}
drain: {period: 1s}
`;

/** Puts the daemon, the libraries that it needs and the units where a package would, without installing a package. */
async function install(machine) {
  const {stdout} = await run('ldd', [binary()]);
  // Those of the C library belong to the system in there.
  const libraries = [...stdout.matchAll(/=> (\/\S+)/g)].map(([, file]) => file).filter((file) => !/\/(libc|libm)\.so/.test(file));
  for (const library of libraries) await machine.give(library, '/usr/local/lib');
  await machine.give(binary(), '/usr/sbin');
  for (const unit of ['freshet@.service', 'freshet@.socket', 'freshet.target']) await machine.give(deploy(`systemd/${unit}`), '/lib/systemd/system');
  for (const kind of ['sysusers', 'tmpfiles']) {
    await machine.give(deploy(`debian/${kind}.conf`), '/tmp');
    await machine.does(`mv /tmp/${kind}.conf /usr/lib/${kind}.d/freshet.conf; systemd-${kind} ${kind === 'tmpfiles' ? '--create' : ''}`);
  }
  await machine.does(`
    if [[ $(basename ${binary()}) != freshetd ]]; then mv /usr/sbin/$(basename ${binary()}) /usr/sbin/freshetd; fi
    ldconfig
    mkdir -p /etc/freshet
    cat >/etc/freshet/freshet.yaml <<'YAML'${config}YAML
    chown root:freshet /etc/freshet/freshet.yaml
    chmod 640 /etc/freshet/freshet.yaml
    systemctl daemon-reload`);
}

test('the units under systemd', async (t) => {
  const machine = await bootMachine(t, await debianRoot());
  await install(machine);
  const property = async (unit, name) => (await machine.does(`systemctl show -P ${name} ${unit}`)).trim();
  const states = async (...units) => (await machine.run(`systemctl is-active ${units.join(' ')}`)).stdout.trim().split('\n');
  const socketFile = async () => (await machine.does('stat -c "%i %U:%G %a" /run/freshet/1.sock')).trim();
  const pid = () => property('freshet@1', 'MainPID');
  const addDropIn = (text) => machine.does(`mkdir -p /etc/systemd/system/freshet@.service.d
    printf '[Service]\\n${text}\\n' >/etc/systemd/system/freshet@.service.d/override.conf; systemctl daemon-reload`);

  await t.test('enabled instances start with the target, ready and with the sockets that nginx opens', async () => {
    await machine.does('systemctl enable --now freshet.target freshet@1 freshet@2');
    assert.deepEqual(await states('freshet.target', 'freshet@1', 'freshet@2', 'freshet@1.socket', 'freshet@2.socket'), Array(5).fill('active'));
    assert.match(await property('freshet@2', 'StatusText'), /^ready: 0 streams on 0 channels, memory backplane$/);
    assert.match(await socketFile(), / root:www-data 660$/);
    assert.equal(await property('freshet@1', 'Slice'), 'system-freshet.slice');
    const lines = await machine.does('journalctl --sync; journalctl -u freshet@1 -o json -n 50 --no-pager');
    assert.match(lines, /"PRIORITY":"6"[^\n]*"MESSAGE":"listening on|"MESSAGE":"listening on[^\n]*"PRIORITY":"6"/);
  });

  await t.test('a restart keeps the socket', async () => {
    const before = [await socketFile(), await pid()];
    await machine.does('systemctl restart freshet@1');
    const after = [await socketFile(), await pid()];
    assert.equal(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
  });

  await t.test('the rolling restart of the documentation', async () => {
    const pids = () => Promise.all(['1', '2'].map((name) => property(`freshet@${name}`, 'MainPID')));
    const before = await pids();
    const [, loop] = manual.match(/^## A rolling restart\n[^]*?```sh\n([^]*?)```/m);
    assert.match(await machine.does(loop), /^(?:ready: .*\n){2}$/);
    (await pids()).forEach((each, index) => assert.notEqual(each, before[index]));
  });

  await t.test('a reload is heard of by the running process; a mistake changes nothing and shows', async () => {
    const before = await pid();
    const reloaded = (pattern) => until(async () => pattern.test(await property('freshet@1', 'StatusText')), `a status like ${pattern}`);
    await machine.does('echo "nonsense: 1" >>/etc/freshet/freshet.yaml; systemctl reload freshet@1');
    await reloaded(/the last reload failed/);
    await machine.does('sed -i /nonsense/d /etc/freshet/freshet.yaml; systemctl reload freshet@1');
    await reloaded(/memory backplane$/);
    assert.equal(await pid(), before);
    assert.deepEqual(await states('freshet@1'), ['active']);
  });

  await t.test('stopping the socket stops the instance, and starting the instance brings both back', async () => {
    await machine.does('systemctl stop freshet@1.socket');
    assert.deepEqual(await states('freshet@1', 'freshet@1.socket', 'freshet@2'), ['inactive', 'inactive', 'active']);
    await machine.does('systemctl start freshet@1');
    assert.deepEqual(await states('freshet@1', 'freshet@1.socket'), ['active', 'active']);
  });

  await t.test('a process that is killed comes back, behind the same socket', async () => {
    const before = await socketFile();
    await machine.does(`kill -KILL ${await pid()}`);
    await until(async () => await property('freshet@1', 'NRestarts') === '1' && (await states('freshet@1'))[0] === 'active', 'the next one', {every: 200});
    assert.equal(await socketFile(), before);
  });

  await t.test('a loop that stands still is ended and started again', async () => {
    await addDropIn('WatchdogSec=2s');
    await machine.does('systemctl restart freshet@2');
    const before = await property('freshet@2', 'MainPID');
    await machine.does(`kill -STOP ${before}`);
    await until(async () => (await states('freshet@2'))[0] === 'active' && await property('freshet@2', 'MainPID') !== before, 'the next one', {every: 200});
    assert.match(await machine.does('journalctl --sync; journalctl -u freshet@2 --no-pager'), /Watchdog timeout/);
  });

  await t.test('a secret that only root can read', async () => {
    await machine.does('umask 077; printf 0123456789abcdef0123456789abcdef0123 >/etc/freshet/jwt-secret');
    await addDropIn('LoadCredential=jwt-secret:/etc/freshet/jwt-secret\\nEnvironment=FRESHET_AUTH_JWT_SECRET_FILE=%%d/jwt-secret');
    await machine.does('systemctl restart freshet@2');
    await machine.does('systemctl reload freshet@2');
    await until(async () => /reloaded:/.test(await machine.does('journalctl -u freshet@2 -n 5 -o cat --no-pager')), 'the reload');
    assert.doesNotMatch(await property('freshet@2', 'StatusText'), /failed/);
  });

  await t.test('a wrong configuration is tried once', async () => {
    await machine.does('systemctl reset-failed; echo "nonsense: 1" >>/etc/freshet/freshet.yaml');
    assert.notEqual((await machine.run('systemctl restart freshet@2')).code, 0);
    assert.deepEqual([await property('freshet@2', 'ActiveState'), await property('freshet@2', 'NRestarts')], ['failed', '0']);
    await machine.does('sed -i /nonsense/d /etc/freshet/freshet.yaml; systemctl restart freshet@2');
  });

  await t.test('the target stops and starts all of them', async () => {
    await machine.does('systemctl stop freshet.target');
    assert.deepEqual(await states('freshet@1', 'freshet@1.socket', 'freshet@2', 'freshet@2.socket'), Array(4).fill('inactive'));
    await machine.does('systemctl start freshet.target');
    assert.deepEqual(await states('freshet@1', 'freshet@1.socket', 'freshet@2', 'freshet@2.socket'), Array(4).fill('active'));
  });
});
