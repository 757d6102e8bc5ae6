// The Debian package: what is in it, what lintian says, and its life on a fresh Debian with a systemd of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, {after, before} from 'node:test';
import {fileURLToPath} from 'node:url';

import {bootMachine} from '../support/booted_machine.mjs';
import {debianPackage, rootForPackage} from '../support/debian_package.mjs';
import {temporaryFolder} from '../support/freshetd.mjs';
import {run} from '../support/process.mjs';

const shipped = (name) => fileURLToPath(new URL(`../../deploy/debian/${name}`, import.meta.url));
const lint = fileURLToPath(new URL('../lint/rules.mjs', import.meta.url));
const configFile = '/etc/freshet/freshet.yaml';

async function does(command, ...args) {
  const {code, stdout, stderr} = await run(command, args);
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

let deb;
// What belongs to the file: in a hook, node:test's own after() means the end of the hook.
const endings = [];
before(async () => {
  deb = await debianPackage({after: (ending) => endings.push(ending)});
});
after(async () => {
  for (const ending of endings.reverse()) await ending();
});

const field = async (name) => (await does('dpkg-deb', '--field', deb, name)).trim();

/** A later version of the package, whose configuration file is another one. */
async function nextVersion(t, version) {
  const folder = temporaryFolder(t, 'next');
  const tree = path.join(folder, 'tree');
  await does('dpkg-deb', '--raw-extract', deb, tree);
  const control = path.join(tree, 'DEBIAN/control');
  fs.writeFileSync(control, fs.readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
  fs.appendFileSync(path.join(tree, configFile), `# As of ${version}.\n`);
  const file = path.join(folder, `freshetd_${version}.deb`);
  await does('dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, file);
  return file;
}

test('lintian finds neither errors nor warnings', async () => {
  const options = ['--allow-root', '--fail-on', 'error,warning', '--tag-display-limit', '0'];
  const {code, stdout, stderr} = await run('lintian', [...options, deb], {ms: 180_000});
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});

test('the control file', async (t) => {
  t.diagnostic(`${path.basename(deb)}: ${fs.statSync(deb).size} bytes`);
  assert.equal(path.basename(deb), `freshetd_${await field('Version')}_${await field('Architecture')}.deb`);
  const [latest] = fs.readFileSync(shipped('changelog'), 'utf8').split('\n');
  assert.match(latest, /^freshetd \(\S+\) /);
  assert.equal(latest.match(/\((\S+)\)/)[1], await field('Version'), 'the latest entry of deploy/debian/changelog');

  const depends = await field('Depends');
  for (const name of ['libc6', 'libssl3', 'libuv1', 'libcurl4', 'systemd']) {
    assert.equal(depends.match(new RegExp(`(^|, )${name}\\b`, 'g'))?.length, 1, `${name} once in: ${depends}`);
  }
  assert.doesNotMatch(depends, /-dev\b/);
  assert.match(await field('Recommends'), /nginx.*redis-server \(>= 5:7/);
});

test('what is in it, and nothing else', async () => {
  const list = await does('dpkg-deb', '--contents', deb);
  const entries = list.trim().split('\n').map((line) => line.match(/^(\S+) (\S+) .* \.(\/\S*)(?: -> .*)?$/).slice(1));
  for (const [mode, owner, name] of entries) {
    assert.equal(owner, 'root/root', name);
    assert.match(mode, /^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x)$/, name);
  }
  const files = entries.map(([, , name]) => name).filter((name) => !name.endsWith('/'));
  const programs = entries.filter(([mode]) => mode === '-rwxr-xr-x').map(([, , name]) => name);
  assert.deepEqual(programs.sort(), ['/usr/bin/freshetctl', '/usr/sbin/freshetd']);
  const documents = '/usr/share/doc/freshetd/';
  assert.deepEqual(files.filter((name) => !name.startsWith(documents)).sort(), [
    configFile,
    '/lib/systemd/system/freshet.target',
    '/lib/systemd/system/freshet@.service',
    '/lib/systemd/system/freshet@.socket',
    ...programs,
    '/usr/lib/sysusers.d/freshet.conf',
    '/usr/lib/tmpfiles.d/freshet.conf',
    '/usr/share/bash-completion/completions/freshetctl',
    '/usr/share/bash-completion/completions/freshetd',
    '/usr/share/lintian/overrides/freshetd',
    '/usr/share/man/man1/freshetctl.1.gz',
    '/usr/share/man/man5/freshet.yaml.5.gz',
    '/usr/share/man/man8/freshetd.8.gz',
    '/usr/share/zsh/vendor-completions/_freshetctl',
    '/usr/share/zsh/vendor-completions/_freshetd',
  ].sort());
  for (const name of ['copyright', 'changelog.gz', 'changelog.Debian.gz', 'README.Debian', 'docs/operations.md', 'examples/freshet.yaml',
    'examples/nginx/freshet.conf', 'examples/redis/users.acl', 'examples/redis/freshet.lua']) {
    assert.ok(files.includes(documents + name), name);
  }
  assert.deepEqual(files.filter((name) => /\.test\.mjs|node_modules|loadtest/.test(name)), []);
});

test('its pages link only to what is there', async (t) => {
  const folder = temporaryFolder(t, 'tree');
  await does('dpkg-deb', '--extract', deb, folder);
  const documents = path.join(folder, 'usr/share/doc/freshetd');
  const {code, stdout} = await run(process.execPath, [lint, documents]);
  assert.equal(code, 0, stdout);
  assert.ok(Number(stdout.match(/(\d+) pages, 0 findings/)[1]) > 30, stdout);
  const page = (name) => fs.readFileSync(path.join(documents, 'docs', name), 'utf8');
  assert.match(page('operations.md'), /\[`examples\/nginx\/freshet\.conf`\]\(\.\.\/examples\/nginx\/freshet\.conf\)/);
  assert.match(page('console.md'), /!\[[^\]]+\]\(console\/light\.png\)/);
});

test('on a fresh Debian', async (t) => {
  const machine = await bootMachine(t, await rootForPackage(deb));
  const install = async (file) => {
    await machine.give(file, '/root');
    return machine.run(`apt-get -q -y -o Dpkg::Options::=--force-confold install ./${path.basename(file)} 2>&1`, {ms: 120_000});
  };
  const installs = async (file) => {
    const {code, stdout} = await install(file);
    assert.equal(code, 0, stdout);
    return stdout;
  };
  const instances = ['freshet@1', 'freshet@2'];
  const property = async (unit, name) => (await machine.does(`systemctl show --value -p ${name} ${unit}`)).trim();
  const processes = () => Promise.all(instances.map((unit) => property(unit, 'MainPID')));
  const config = () => machine.does(`cat ${configFile}`);
  const owner = () => machine.does(`stat -c '%U:%G %a' ${configFile}`);
  const version = await field('Version');
  let edited;

  await t.test('installed: a user, a configuration that is right, and nothing that runs', async () => {
    await installs(deb);
    assert.match(await machine.does('getent passwd freshet'), /:\/usr\/sbin\/nologin$/m);
    assert.equal(await owner(), 'root:freshet 640\n');
    assert.equal(await machine.does("stat -c '%U:%G %a' /run/freshet"), 'freshet:freshet 755\n');
    assert.equal(await machine.does("systemctl list-units --all --plain --no-legend 'freshet*' | grep -w active || true"), '');
    assert.equal(await machine.does('grep -lx freshetd /proc/[0-9]*/comm || true'), '');
    await machine.does(`setpriv --reuid freshet --regid freshet --clear-groups freshetd --config ${configFile} --instance 1 --check-config`);
    const print = await machine.does(`freshetd --config ${configFile} --instance 1 --print-config`);
    for (const text of ['/run/freshet/{instance}.sock', '/run/freshet/{instance}.ops.sock', 'type: redis']) assert.ok(print.includes(text), print);
    await machine.does('freshetctl --version');
  });

  await t.test('two instances, with a configuration of the administrator', async () => {
    edited = (await config()).replace('type: redis', 'type: memory').replace(/^ {2}redis:\n {4}url: .*\n/m, '')
      + 'drain: {period: 0s}\n';
    fs.writeFileSync(path.join(machine.folder, 'host', 'freshet.yaml'), edited);
    await machine.does(`cat /mnt/freshet.yaml >${configFile}; chmod 600 ${configFile}; chown freshet ${configFile}`);
    await machine.does(`systemctl enable --now freshet.target ${instances.join(' ')}`);
    assert.equal((await machine.does(`systemctl is-active ${instances.join(' ')}`)), 'active\nactive\n');
    await machine.does('freshetctl status');
  });

  await t.test('an upgrade keeps it, and restarts the instances one after the other', async (t2) => {
    const old = await processes();
    await installs(await nextVersion(t2, `${version}+a`));
    assert.equal(await config(), edited);
    assert.equal(await owner(), 'freshet:freshet 600\n');
    assert.match(await machine.does(`cat ${configFile}.dpkg-dist`), /As of/);
    const now = await processes();
    assert.equal(new Set([...old, ...now]).size, 4, `${old} became ${now}`);
    const [up, down] = await Promise.all([property('freshet@1', 'ActiveEnterTimestampMonotonic'),
      property('freshet@2', 'InactiveEnterTimestampMonotonic')]);
    assert.ok(Number(up) < Number(down), 'the second one was stopped when the first one served again');
  });

  await t.test('an upgrade under which an instance does not come up leaves the others alone', async (t2) => {
    await machine.does(`echo 'strems: {}' >>${configFile}`);
    const [, second] = await processes();
    const output = await installs(await nextVersion(t2, `${version}+b`));
    assert.match(output, /freshet@1\.service is not ready after its restart/);
    assert.equal(await machine.does('systemctl is-active freshet@1 freshet@2 || true'), 'failed\nactive\n');
    assert.equal((await processes())[1], second);
    await machine.does(`cat /mnt/freshet.yaml >${configFile}; systemctl reset-failed; systemctl start freshet@1`);
  });

  await t.test('a policy that forbids restarts', async (t2) => {
    await machine.does("printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d");
    const old = await processes();
    await installs(await nextVersion(t2, `${version}+c`));
    assert.deepEqual(await processes(), old);
    await machine.does('rm /usr/sbin/policy-rc.d');
  });

  await t.test('removed: nothing runs, the configuration stays', async () => {
    await machine.does('apt-get -q -y remove freshetd');
    assert.equal(await machine.does('grep -lx freshetd /proc/[0-9]*/comm || true'), '');
    assert.equal(await machine.does("systemctl list-units --plain --no-legend 'freshet*'"), '');
    assert.equal(await config(), edited);
    assert.equal(await machine.does('ls -d /run/freshet /usr/sbin/freshetd /usr/share/doc/freshetd 2>/dev/null || true'), '');
  });

  await t.test('purged: nothing is left but the user', async () => {
    await machine.does("touch /etc/freshet/publish.keys; apt-get -q -y purge freshetd");
    assert.equal(await machine.does('ls -A /etc/freshet'), 'publish.keys\n', 'what the package did not make stays');
    await machine.does('rm -r /etc/freshet');
    assert.equal(await machine.does("find / -xdev -name '*freshet*' -not -path '/proc/*' -not -path '/root/*' -not -path '/var/log/*' "
      + "-not -path '/var/lib/dpkg/*' -not -path '/var/lib/apt/*' -not -path '/tmp/*' -not -path '/var/tmp/*' -not -path '/mnt/*'"), '');
    await machine.does('getent passwd freshet');
    assert.equal((await machine.run('dpkg-query -W freshetd')).code, 1);
  });
});
