/**
 * Runs the bundled helper again and again in one process, one run at a time: starting Node.js for each of
 * hundreds of runs would take longer than the runs. What a run leaves behind (a rejection that nobody handles, an
 * error event without a listener) ends this process, as it would end the helper's own; while one runs, it aborts that one.
 */
'use strict';

process.stdout.setMaxListeners(0);
process.stderr.setMaxListeners(0);

process.on('message', ({ program, args, environment, directory }) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(directory);
  let log = '';
  const write = (text) => (log += text);
  const { runProcess } = require(program);
  runProcess(args, { out: write, err: write }).then((exitCode) => process.send({ exitCode, log }));
});
