import { createHeroku } from '../../../../src/helper/heroku/index.ts';
import { Secret } from '../../../../src/helper/output/secret.ts';
import { InstantClock } from '../../../support/instant-clock.ts';
import { RecordingLog } from '../../../support/recording-log.ts';

/** A process of its own that asks for an app: Node.js reads some variables of the process alone. */
async function main(): Promise<void> {
  const heroku = createHeroku({
    baseUrl: process.argv[2] ?? '',
    apiKey: new Secret('key'),
    userAgent: 'heroku-cd/test',
    clock: new InstantClock(),
    log: new RecordingLog(),
  });
  const said = await heroku.app('shop').then(
    ({ name }) => name,
    (error: Error) => error.message,
  );
  process.stdout.write(said);
  heroku.close();
}

void main();
