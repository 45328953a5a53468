import type { Journal } from './journal.ts';

/**
 * The command that opens a held window around whatever code is current. It names how the stopped process types were,
 * so that it does the same where the journal is not at hand; web, which then is left as it is, where none was stopped.
 */
export function releaseHold({ app, found, set }: Pick<Journal, 'app' | 'found' | 'set'>): string {
  const command = `heroku-cd recover --app-name ${app.name} --release-hold`;
  // Without a journal nothing tells that the page was on before, and has to stay on.
  if (!set.maintenance) return command;
  const stopped = found.formation.filter(({ type }) => set.stopped.includes(type));
  const named = stopped.length > 0 ? stopped : found.formation.filter(({ type }) => type === 'web');
  if (named.length === 0) return command;
  return `${command} --formation ${named.map(({ type, quantity }) => `${type}=${quantity}`).join(',')}`;
}
