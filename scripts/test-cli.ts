/**
 * Drives a local Heroku with the official Heroku CLI, unmodified, and reads each effect back through the control
 * port. `npm run test:cli`: prints a line for each act, exits with 1 when one failed.
 */
import { ControlClient, startLocalHeroku } from '../src/simulator/index.ts';
import { runActs } from './test-cli/acts.ts';
import { installCli } from './test-cli/install.ts';
import { Terminal } from './test-cli/terminal.ts';

async function main(): Promise<number> {
  const cli = await installCli((line) => console.log(line));
  const heroku = await startLocalHeroku({
    apps: ['cli-test'],
    account: { email: 'developer@example.com' },
    // Two dozen commands and a few pushes are more than Heroku's hourly allowance would be used up by.
    gitRequestsPerHour: 1000,
  });
  const terminal = await Terminal.open(cli, heroku.environment());
  try {
    const control = new ControlClient(heroku.urls.control);
    const { passed, failed } = await runActs({ terminal, control, app: 'cli-test' }, (line) =>
      console.log(line),
    );
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await terminal.close();
    await heroku.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
