#!/usr/bin/env node
import { runProcess } from './process.ts';

void runProcess(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((exitCode) => {
  // Sockets kept alive and half-open streams must not hold the process back once all is said.
  process.exit(exitCode);
});
