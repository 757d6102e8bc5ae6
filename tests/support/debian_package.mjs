// The Debian package of the build under test: $FRESHETD_DEB, or one made by CPack in the build tree of $FRESHETD.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {debianRoot} from './booted_machine.mjs';
import {binary, temporaryFolder} from './freshetd.mjs';
import {run} from './process.mjs';

/** The path of freshetd_VERSION_ARCHITECTURE.deb; one that had to be made is gone after the test. */
export async function debianPackage(t) {
  if (process.env.FRESHETD_DEB) return path.resolve(process.env.FRESHETD_DEB);
  const build = path.dirname(path.dirname(binary()));
  const config = path.join(build, 'CPackConfig.cmake');
  assert.ok(fs.existsSync(config), `${config}: no such file; FRESHETD_DEB can name a package`);
  const folder = temporaryFolder(t, 'package');
  const packed = await run('cpack', ['--config', config, '-G', 'DEB', '-B', folder], {cwd: build, ms: 120_000});
  assert.equal(packed.code, 0, `cpack: ${packed.stdout}${packed.stderr}`);
  const [file] = fs.readdirSync(folder).filter((each) => each.endsWith('.deb'));
  assert.ok(file, packed.stdout);
  return path.join(folder, file);
}

/**
 * The root (debianRoot) in which apt-get can install this package, and what stands around Freshet on a server, without a
 * network. One for all tests.
 */
export async function rootForPackage(file) {
  const depends = await run('dpkg-deb', ['--field', file, 'Depends']);
  assert.equal(depends.code, 0, depends.stderr);
  const around = ['redis-server', 'nginx', 'haproxy', 'caddy', 'curl', 'openssl', 'ca-certificates', 'prometheus'];
  return debianRoot([...around, depends.stdout.trim()]);
}
