/**
 * Runs the bundled helper again and again in one process, one run at a time, and tells what it prints as it comes.
 * Signals reach the run as they reach the helper's own process.
 */
'use strict';

process.on('message', ({ program, args, environment, directory }) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(directory);
  const write = (text) => process.send({ text });
  const { runProcess } = require(program);
  runProcess(args, { out: write, err: write }).then((exitCode) => process.send({ exitCode }));
});
