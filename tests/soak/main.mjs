// The command line of the soak; see run.
import fs from 'node:fs';

import {parseArguments, usage} from './options.mjs';
import {makePlan} from './plan.mjs';
import {tableOf} from './report.mjs';
import {soak} from './soak.mjs';

const options = parseArguments(process.argv.slice(2));
if (options.help) {
  process.stdout.write(usage);
} else if (options.plan) {
  const {faults, clients, publications} = makePlan(options);
  for (const {at, lane, name, with: parameters} of faults) {
    console.log(`${(at / 1000).toFixed(3).padStart(9)} s  ${lane.padEnd(9)} ${name} ${JSON.stringify(parameters)}`);
  }
  console.log(`${clients.length} clients, ${publications.length} publications`);
} else {
  console.log(`seed ${options.seed}, ${options.seconds} s, faults: ${options.faults.join(', ') || 'none'}`);
  const result = await soak(options, console.log);
  console.log(tableOf(result));
  if (options.report) fs.writeFileSync(options.report, `${JSON.stringify({...result.report, details: result.violations}, null, 2)}\n`);
  if (!result.ok || options.keep) result.keep();
  else result.remove();
  process.exitCode = result.ok ? 0 : 1;
}
