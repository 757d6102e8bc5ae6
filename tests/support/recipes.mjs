// The recipes of docs/recipes, run as their readers run them: a daemon with the recipe's own configuration, and its server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {startFreshetd, temporaryFolder} from './freshetd.mjs';
import {freePort} from './ports.mjs';
import {Program} from './process.mjs';
import {until} from './wait.mjs';

export const recipes = fileURLToPath(new URL('../../docs/recipes', import.meta.url));

// Nobody wants to wait in a test.
const quick = {FRESHET_DRAIN_PERIOD: '200ms', FRESHET_STREAMS_RETRY: '200ms'};

/** A daemon with a configuration of docs/recipes; `env` goes on top of it, as FRESHET_… and what the file refers to. */
export const startRecipeDaemon = (t, file = 'freshet.yaml', {env, ...options} = {}) =>
  startFreshetd(t, {config: fs.readFileSync(path.join(recipes, file), 'utf8'), dev: false, env: {...quick, ...env}, ...options});

/** Starts the server of one recipe in front of a daemon. Returns its URL, on localhost. */
export async function startRecipe(t, name, daemon, env = {}) {
  const server = new Program(process.execPath, [path.join(recipes, name, 'server.mjs')], {
    env: {PORT: '0', EVENTS_URL: daemon.urls.public[0], OPS_URL: daemon.urls.ops[0], ...env}});
  t.after(() => server.running && server.kill9());
  const [url] = await server.output(/http:\/\/localhost:\d+/, {where: 'stdout'});
  return url;
}

/** A file with a secret for tokens. */
export function secretFile(t) {
  const file = path.join(temporaryFolder(t, 'recipes'), 'secret');
  fs.writeFileSync(file, `${'0123456789abcdef'.repeat(4)}\n`);
  return file;
}

/** nginx as the recipe for notifications has it, at free ports, in front of these two. Returns its URL, on localhost. */
export async function startRecipeNginx(t, {app, daemon}) {
  const folder = temporaryFolder(t, 'recipes-nginx');
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  const ports = {3000: new URL(app).port, 8080: daemon.port, 8000: port};
  fs.writeFileSync(file, fs.readFileSync(path.join(recipes, 'notifications/nginx.conf'), 'utf8')
    .replace(/127\.0\.0\.1:(\d+)/g, (_, number) => `127.0.0.1:${ports[number]}`)
    .replace('daemon off;', 'daemon off; master_process off;'));   // one process, which can be killed
  const nginx = new Program('nginx', ['-e', 'stderr', '-p', folder, '-c', file]);
  t.after(() => nginx.running && nginx.kill9());
  const url = `http://localhost:${port}`;
  await until(async () => {
    assert.ok(nginx.running, nginx.describe());
    return (await fetch(url).catch(() => ({}))).ok;
  }, 'nginx to answer');
  return url;
}
