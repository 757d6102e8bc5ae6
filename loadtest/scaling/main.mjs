// loadtest/capacity: see options.mjs for what it takes.
import {BuildError} from '../comparison/build.mjs';
import {ConstantsError, constantsFile, loadConstants} from './constants.mjs';
import {refreshDocs} from './documents.mjs';
import {measureAll} from './measurement.mjs';
import {parseOptions, usage, UsageError} from './options.mjs';
import {planOf} from './plan.mjs';
import {report, resultOf} from './report.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);
  if (options.measure) await measureAll(options, say);
  if (options.measure && options.out) return;
  const constants = loadConstants(options.constants ?? constantsFile);
  if (options.docs || options.measure) return void process.stdout.write(`${refreshDocs(constants)}\n`);
  const planned = planOf(options.traffic, constants, options.streams, options.plan);
  const result = resultOf(options, planned, constants);
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 1)}\n` : report(result));
}

// What was started ends with this process (the kernel sees to that); folders are removed here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

main().catch((error) => {
  const own = error instanceof BuildError || error instanceof ConstantsError;
  if (error instanceof UsageError) say(`capacity: ${error.message}\n\n${usage}`);
  else say(`capacity: ${own ? error.message : error.stack}`);
  process.exitCode = error instanceof UsageError ? 64 : 1;
});
