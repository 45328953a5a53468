import { HEALTH } from '../../parameters/definitions/health.ts';
import type { Settings } from '../../parameters/index.ts';
import { statusRanges } from '../../parameters/rules-of-health.ts';
import type { AppFacts } from '../deployment/facts.ts';
import type { Ports } from '../deployment/ports.ts';
import type { Act } from '../deployment/shipping.ts';
import { readProcfile } from '../deployment/transport.ts';
import { Refusal } from '../errors.ts';
import { defaultSettings } from '../settings/read-settings.ts';

type HealthSettings = Pick<
  Settings<'deploy'>,
  (typeof HEALTH)[number]['name'] | 'migrate-command' | 'migration-is-backward-compatible' | 'app-directory'
>;

/** Where an app is asked how it is, and what it should answer. */
export interface HealthCheck {
  readonly url: URL;
  /** The URL as people may see it: what stands behind its `?` may be a secret. */
  readonly shown: string;
  readonly accepts: (status: number) => boolean;
  /** Empty: any body will do. */
  readonly text: string;
  /** So many accepted answers in a row. */
  readonly successes: number;
}

/**
 * The health check that the parameters ask for, if they do. `commit`: what is to be deployed.
 * @throws Refusal where the app cannot be asked there, or going back would cross a migration.
 */
export async function planHealth(
  { ports, settings }: { ports: Pick<Ports, 'git'>; settings: HealthSettings },
  { app }: Pick<AppFacts, 'app'>,
  commit: string | undefined,
): Promise<HealthCheck | undefined> {
  const defaults = defaultSettings('deploy');
  if (HEALTH.every(({ name }) => settings[name] === defaults[name])) return undefined;
  if (settings['on-unhealthy'] === 'rollback' && !settings['migration-is-backward-compatible']) {
    if (settings['migrate-command'] !== '') throw acrossMigration('`migrate-command` migrates');
    const procfile = commit === undefined ? undefined : await readProcfile(ports.git, settings, commit);
    if (procfile !== undefined && /^release\s*:/m.test(procfile)) {
      throw acrossMigration('the Procfile has a `release` process, which migrates');
    }
  }
  const url = resolveUrl(settings['health-check-url'] || '/', app.webUrl, app.name);
  const ranges = statusRanges(settings['health-check-status']) ?? [];
  return {
    url,
    shown: `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`,
    accepts: (status) => ranges.some(([first, last]) => status >= first && status <= last),
    text: settings['health-check-text'],
    successes: Number(settings['health-check-successes']),
  };
}

/** The check as `plan` lists it. */
export function describeHealth(
  { shown, successes }: HealthCheck,
  settings: HealthSettings,
  { current }: Pick<AppFacts, 'current'>,
): Act {
  const back = settings['on-unhealthy'] === 'rollback' && current?.slugId !== undefined;
  return {
    call: `GET ${shown}`,
    what: `ask until ${successes} in a row of the answers are accepted (${settings['health-check-status']})`,
    undo: back
      ? `nothing; where the app stays unhealthy, release the code of v${current.version} again`
      : 'nothing: it changes nothing',
  };
}

function resolveUrl(given: string, webUrl: string | undefined, app: string): URL {
  const isPath = given.startsWith('/');
  if (isPath && webUrl === undefined) {
    throw new Refusal({
      what: `health-check-url: Heroku tells no address (web_url) of ${app}.`,
      next: 'Give `health-check-url` the whole URL.',
      parameter: 'health-check-url',
    });
  }
  const url = new URL(isPath ? `${webUrl?.replace(/\/+$/, '') ?? ''}${given}` : given);
  if (url.username !== '' || url.password !== '') {
    throw new Refusal({
      what: 'health-check-url: credentials in a URL are not sent.',
      why: 'URLs are written to logs, so nothing secret may stand in them.',
      next: 'Let the app answer the check without a password, for instance at a path such as `/health`.',
      parameter: 'health-check-url',
    });
  }
  return url;
}

function acrossMigration(why: string): Refusal {
  return new Refusal({
    what: `on-unhealthy: ${why}, and rolling back would run the code from before on the new schema.`,
    next: 'Set `migration-is-backward-compatible: true` where that code can, or `on-unhealthy: keep`.',
    parameter: 'on-unhealthy',
  });
}
