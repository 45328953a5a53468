import type { Database } from '../../postgres/types.ts';
import type { App } from '../model.ts';
import type { Plan } from './plans.ts';

/** `deprovisioned` is what a destroyed one is told as. */
export type AddOnState = 'provisioning' | 'provisioned' | 'deprovisioned';

/** A daily backup (Dev Center: PGBackups, scheduled backups); nothing here happens by itself. */
export interface Schedule {
  readonly uuid: string;
  /** Config var by which the database is called, such as `DATABASE_URL`. */
  readonly name: string;
  readonly hour: number;
  readonly timezone: string;
  readonly createdAt: Date;
}

/** An add-on of an app, which pays for it; other apps may be attached to it. */
export interface AddOn {
  readonly id: string;
  /** Unique on the whole platform. */
  readonly name: string;
  plan: Plan;
  /** The billing app. */
  readonly app: App;
  state: AddOnState;
  /** Ends of config vars' names and their values, such as `URL`; an attachment's name comes before. */
  config: Readonly<Record<string, string>>;
  /** Only where the service is Heroku Postgres. */
  readonly database: Database | undefined;
  /** Bytes that the database says it has; its real size if undefined. */
  reportedBytes: number | undefined;
  readonly schedules: Schedule[];
  readonly createdAt: Date;
  updatedAt: Date;
}

/** An add-on under a name on an app; its config vars are the app's. */
export interface Attachment {
  readonly id: string;
  /** Such as `DATABASE`; unique on its app. */
  readonly name: string;
  readonly app: App;
  readonly addOn: AddOn;
  readonly createdAt: Date;
}

/** The attachment's config vars. */
export function configVarsOf({ name, addOn }: Pick<Attachment, 'name' | 'addOn'>): Record<string, string> {
  return Object.fromEntries(Object.entries(addOn.config).map(([end, value]) => [`${name}_${end}`, value]));
}
