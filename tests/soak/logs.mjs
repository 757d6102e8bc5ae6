// What the servers say, in files: they must outlive a server that is killed, and explain a violation later.
import fs from 'node:fs';

/** Appends all output of a program, from its beginning on, to `file`. */
export function keepOutput(program, file) {
  const keep = (text) => fs.appendFileSync(file, text);
  keep(`--- process ${program.pid}\n${program.stdout}${program.stderr}`);
  program.child.stdout.on('data', keep);
  program.child.stderr.on('data', keep);
}

/** Keeps what a server says now, and in each later life. */
export function keepStarting(server, world) {
  const file = world.log(server.name);
  keepOutput(server.program, file);
  const start = server.start.bind(server);
  server.start = async () => {
    await start();
    keepOutput(server.program, file);
    return server;
  };
}
