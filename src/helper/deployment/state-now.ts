import { messageOf } from '../output/message.ts';
import type { App, Heroku, ProcessFormation, Release } from '../ports/heroku.ts';
import { short } from './facts.ts';
import type { DatabaseOutcome } from './result.ts';

/** The app as it was read at the end of a run. */
export interface StateNow {
  readonly app: App;
  readonly formation: readonly ProcessFormation[];
  readonly release: Release | undefined;
  readonly commit: string | undefined;
}

/**
 * Reads the app once more, in two tries; gives the reason where Heroku does not tell. `known`: the release that was
 * judged, and the commit of its slug, which never changes.
 */
export async function readStateNow(
  heroku: Heroku,
  name: string,
  known?: Pick<StateNow, 'release' | 'commit'>,
): Promise<StateNow | { readonly unreadable: string }> {
  // Whoever reads the report has nothing else to go by, and what was refused once may be answered now.
  return read(heroku, name, known)
    .catch(() => read(heroku, name, known))
    .catch((error: unknown) => ({ unreadable: messageOf(error) }));
}

async function read(
  heroku: Heroku,
  name: string,
  known?: Pick<StateNow, 'release' | 'commit'>,
): Promise<StateNow> {
  const [app, formation, release] = await Promise.all([
    heroku.app(name),
    heroku.formation(name),
    heroku.currentRelease(name),
  ]);
  if (release?.slugId === undefined) return { app, formation, release, commit: undefined };
  const isKnown = known?.commit !== undefined && known.release?.slugId === release.slugId;
  const commit = isKnown ? known.commit : (await heroku.slug(name, release.slugId)).commit;
  return { app, formation, release, commit };
}

/** The block that ends every run after which somebody has to look. */
export function describeState(
  name: string,
  state: StateNow | { readonly unreadable: string },
  database: DatabaseOutcome,
  next: string | undefined,
  backups = 'none taken by this run',
): readonly string[] {
  const rows =
    'unreadable' in state
      ? [`app         ${name}: its state could not be read (${state.unreadable})`]
      : [
          `maintenance ${state.app.maintenance ? 'on' : 'off'}`,
          ...state.formation.map((one) => `process     ${one.type}: ${one.quantity} x ${one.size}`),
          `release     ${
            state.release === undefined
              ? 'none'
              : `v${state.release.version}${state.commit ? ` (${short(state.commit)})` : ''}, ${state.release.status}`
          }`,
        ];
  return [
    'State now:',
    ...[
      ...rows,
      `database    ${database}`,
      `backups     ${backups}`,
      `next        ${next ?? `heroku releases -a ${name}`}`,
    ].map((row) => `  ${row}`),
  ];
}
