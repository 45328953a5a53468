import { sign } from '../../src/helper/journal/signature.ts';
import { Secret } from '../../src/helper/output/secret.ts';
import { MIGRATION } from './support/app.ts';
import { APP_NAME } from './support/orb-job.ts';
import { IN_THE_WINDOW, lostAt, type Phase } from './support/phases.ts';
import { KEY, type Stage, type Standing } from './support/stage.ts';
import { useStage } from './support/use-stage.ts';

/** A journal from a cache may be cut short, old, of another app or of another key: none of them steers a run. */
let stage: Stage;
let found: Standing;
useStage((...now) => {
  [stage, found] = now;
});

const scaled = IN_THE_WINDOW.find(({ name }) => name.endsWith(', scaled')) as Phase;
const WINDOW = { parameters: { maintenance: 'always' } };
const stopped = ['clock=0:Standard-1X', 'web=1:Standard-1X', 'worker=0:Standard-2X'];
const DAY_MS = 24 * 3_600_000;

type Fields = Record<string, unknown>;

/** With these fields changed, and signed as by whoever has the key. */
function signed(change: (journal: Fields) => Fields, key = KEY): (text: string) => string {
  return (text) => {
    const { signature: _signature, ...journal } = JSON.parse(text) as Fields;
    const changed = { ...journal, ...change(journal) };
    return JSON.stringify({ ...changed, signature: sign(changed, new Secret(key)) });
  };
}

const writtenBefore = (ms: number): Fields => ({ writtenAt: new Date(Date.now() - ms).toISOString() });

test.each<[string, (text: string) => string, string]>([
  ['cut short', (text) => text.slice(0, text.length / 2), 'it is damaged'],
  ['empty', () => '', 'it is damaged'],
  [
    'changed',
    (text) => text.replace('"quantity": 2', '"quantity": 50'),
    'its signature is not of this API key',
  ],
  ['of another key', signed(() => ({}), `${KEY}0`), 'its signature is not of this API key'],
  ['of another app', signed(() => ({ app: { id: 'another', name: APP_NAME } })), 'it belongs to another app'],
  ['of another version', signed(() => ({ schemaVersion: 2 })), 'it is of another version'],
  ['more than a day old', signed(() => writtenBefore(DAY_MS + 60_000)), 'it is more than a day old'],
])(
  'a journal that is %s: recover changes nothing, and says why and what it needs',
  async (_, change, why) => {
    const { workflow } = await lostAt(stage, scaled);
    await stage.rewriteJournals(change);
    const left = { ...found, formation: stopped, page: true };

    const recovery = await stage.job('recover', { workflow }).end;
    expect(recovery).toMatchObject({ exitCode: 3, log: expect.stringContaining(why) });
    expect(recovery.log).toContain('--formation');
    expect(await stage.standing()).toEqual(left);
  },
);

test('a journal that is cut short: a new run is refused, and says why nothing explains the page', async () => {
  await lostAt(stage, scaled);
  await stage.rewriteJournals((text) => text.slice(0, text.length / 2));
  const next = await stage.job('deploy', WINDOW).end;
  expect(next).toMatchObject({ exitCode: 2, log: expect.stringContaining('it is damaged') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });
});

test('a held window is held however old its journal is', async () => {
  const { workflow } = await lostAt(stage, scaled);
  await stage.rewriteJournals(
    signed(() => ({ ...writtenBefore(30 * DAY_MS), status: 'held', reason: 'Why.' })),
  );
  const recovery = await stage.job('recover', { workflow }).end;
  expect(recovery).toMatchObject({ exitCode: 3, log: expect.stringContaining('The window is held: Why.') });
  expect(await stage.standing()).toEqual({ ...found, formation: stopped, page: true });
});

test.each(['recover', 'deploy'] as const)(
  'a page that came on long after a run was cancelled between its halves is a person’s: %s leaves it on',
  async (command) => {
    await stage.commit();
    const job = stage.job('deploy', { ...WINDOW, cancelBefore: /^Deploy to Heroku$/ });
    await job.end;
    await stage.rewriteJournals(signed(() => writtenBefore(3_600_000)));
    await stage.heroku.control.act(APP_NAME, { action: 'maintenance', enabled: true });

    const end = await stage.job(command, command === 'deploy' ? WINDOW : {}).end;

    expect(end).toMatchObject({ exitCode: command === 'deploy' ? 2 : 0 });
    expect(end.log).toContain(command === 'deploy' ? 'if-in-maintenance' : 'nothing to put back');
    expect(await stage.standing()).toEqual({ ...found, page: true });
  },
);

test('a helper that dies right before its migration: a new run does not open the app with code that lacks it', async () => {
  const parameters = { 'migrate-command': MIGRATION };
  await stage.commit();
  const lost = await stage.job('deploy', { parameters: { ...parameters, 'before-migrate': 'kill -9 $PPID' } })
    .end;
  expect(lost.exitCode).toBeNull();
  expect(await stage.standing()).toMatchObject({ page: true, code: stage.newest });

  // It recovers, and is refused before it does anything of its own.
  const next = await stage.job('deploy', { parameters: { ...parameters, backup: 'always' } }).end;

  expect(next).toMatchObject({ exitCode: 2, log: expect.stringContaining('recovering first') });
  expect(await stage.standing()).toEqual(found);
  expect(await stage.job('deploy', { parameters }).end).toMatchObject({ exitCode: 0 });
  expect(await stage.standing()).toMatchObject({ page: false, code: stage.newest });
});
