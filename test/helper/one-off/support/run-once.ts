import { createHeroku } from '../../../../src/helper/heroku/index.ts';
import { runOneOff } from '../../../../src/helper/one-off/index.ts';
import { Secret } from '../../../../src/helper/output/secret.ts';
import { createClock } from '../../../../src/helper/time/time-lapse.ts';
import { RecordingLog } from '../../../support/recording-log.ts';

/** A process of its own that runs its first argument in a one-off dyno: what a process inherits shows there. */
async function main(): Promise<void> {
  const [clock, log] = [createClock(20), new RecordingLog()];
  const baseUrl = process.env.HEROKU_HOST ?? '';
  const heroku = createHeroku({
    baseUrl,
    apiKey: new Secret('key'),
    userAgent: 'heroku-cd/test',
    clock,
    log,
  });
  const outcome = await runOneOff(
    { heroku, closingHeroku: heroku, clock, log },
    {
      app: 'shop',
      command: process.argv[2] ?? '',
      timeToLiveSeconds: 60,
      limit: { ms: 600_000, parameter: 'migrate-timeout' },
      onLines: (lines) => process.stdout.write(`${lines}\n`),
    },
  );
  const shown =
    outcome.kind === 'exited' ? `exited ${outcome.exitStatus} by ${outcome.evidence}` : outcome.kind;
  process.stdout.write(`${shown}\n`);
  heroku.close();
}

void main();
