// Which CPUs this process may use, and who gets which.
import fs from 'node:fs';

function allowed() {
  const list = fs.readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(\S+)/m)[1];
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({length: last - first + 1}, (_, i) => first + i);
  });
}

/** The server has a core for itself; client and Redis share another one. With a single core, all share it. */
export function cores() {
  const [clientCore, serverCore = clientCore] = allowed();
  return {serverCore, clientCore};
}
