import { invalidParams } from '../errors.ts';

/** What is worth knowing of an add-on's plan. */
export interface Plan {
  /** `<service>:<plan>`. */
  readonly name: string;
  readonly service: string;
  readonly postgres: PostgresPlan | undefined;
}

/** What a plan of Heroku Postgres allows (Dev Center: Heroku Postgres plans; PGBackups, retention). */
export interface PostgresPlan {
  /** Such as `Essential 0`. */
  readonly title: string;
  readonly storageGb: number;
  readonly connections: number;
  /** Physical backups, and with them forks, followers and rollback: from the Standard tier on. */
  readonly continuousProtection: boolean;
  /** How many manual backups are kept; the oldest one goes when there is one more. */
  readonly keptBackups: number;
  /** Cents a month. */
  readonly cents: number;
}

export const postgresService = 'heroku-postgresql';

const tiers: readonly (readonly [RegExp, Omit<PostgresPlan, 'title'>])[] = [
  [/^essential-0$/, tier(1, 20, false, 5, 500)],
  [/^essential-1$/, tier(10, 20, false, 5, 900)],
  [/^essential-2$/, tier(32, 40, false, 5, 2_000)],
  [/^standard-0$/, tier(64, 120, true, 25, 5_000)],
  [/^standard-[2-9]$/, tier(256, 400, true, 25, 20_000)],
  [/^(premium|private|shield)-\d$/, tier(64, 120, true, 50, 20_000)],
];

/** @throws PlatformError 422 for a plan of Heroku Postgres that does not exist. */
export function planOf(name: string): Plan {
  const [service = '', plan = ''] = name.split(':', 2);
  const full =
    service === postgresService ? `${service}:${plan || 'essential-0'}` : `${service}:${plan || 'test'}`;
  return { name: full, service, postgres: service === postgresService ? postgresPlan(plan) : undefined };
}

function postgresPlan(plan: string): PostgresPlan {
  const name = plan || 'essential-0';
  const found = tiers.find(([pattern]) => pattern.test(name))?.[1];
  if (!found)
    throw invalidParams(
      `Couldn't find either the add-on service or the add-on plan of "${postgresService}:${plan}".`,
    );
  const title = name.replace(/^\w/, (letter) => letter.toUpperCase()).replace('-', ' ');
  return { title, ...found };
}

function tier(
  storageGb: number,
  connections: number,
  continuousProtection: boolean,
  keptBackups: number,
  cents: number,
): Omit<PostgresPlan, 'title'> {
  return { storageGb, connections, continuousProtection, keptBackups, cents };
}
