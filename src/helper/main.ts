#!/usr/bin/env node
import { terminalWidth, writeOut } from './edge/write-out.ts';
import { runProcess } from './process.ts';

void runProcess(process.argv.slice(2), {
  out: (text) => writeOut(1, text),
  err: (text) => writeOut(2, text),
  width: terminalWidth(process.env),
}).then((exitCode) => {
  // Sockets kept alive and half-open streams must not hold the process back once all is said.
  process.exit(exitCode);
});
