// The private redis-server of one run: nothing kept, one core, the function library loaded.
import {freePort} from '../../tests/support/ports.mjs';
import {run} from '../../tests/support/process.mjs';
import {startPinned} from './programs.mjs';

const library = new URL('../../lib/redis/freshet.lua', import.meta.url);

/** Starts it; resolves to {port, program, stop}. It ends with this process at the latest. */
export async function startRedis({core, folder}) {
  const port = await freePort();
  const program = startPinned(core, 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder,
    '--save', '', '--appendonly', 'no']);
  try {
    await program.output(/Ready to accept connections/, {where: 'stdout'});
    const loaded = await run('sh', ['-c', `exec redis-cli -p ${port} -x FUNCTION LOAD REPLACE <"$0"`, library.pathname]);
    if (!/^freshet\b/.test(loaded.stdout)) throw new Error(`FUNCTION LOAD: ${loaded.stdout}${loaded.stderr}`);
  } catch (error) {
    program.signal('SIGKILL');
    throw error;
  }
  return {port, program, stop: () => program.running && program.kill9()};
}

/** How often its clients have read a ring. */
export async function ringReads(port) {
  const {stdout} = await run('redis-cli', ['-p', String(port), 'INFO', 'commandstats']);
  return Number(stdout.match(/^cmdstat_lrange:calls=(\d+)/m)?.[1] ?? 0);
}
