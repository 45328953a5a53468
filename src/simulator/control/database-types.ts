import type { AddOnState } from '../platform/add-ons/index.ts';
import type { AppDescription } from '../platform/platform.ts';

/** An add-on that is billed to the app or attached to it. */
export interface AddOnView {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly state: AddOnState;
  readonly billingApp: string;
  /** The app's names of it. */
  readonly attachments: readonly string[];
  /** All apps that it is attached to. */
  readonly apps: readonly string[];
  /** Of daily backups. */
  readonly schedules: readonly { readonly name: string; readonly hour: number; readonly timezone: string }[];
}

/** A backup or a restore that is billed to the app. */
export interface TransferView {
  /** As the Heroku CLI calls it: `b001`, `a002` for a scheduled one, `r003` for a restore. */
  readonly name: string;
  readonly uuid: string;
  readonly addOn: string;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'deleted';
  readonly warnings: number;
  readonly bytes: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** The newest lines. */
  readonly log: readonly string[];
}

/** What somebody does to add-ons and databases, or what befalls them. */
export type DatabaseAction =
  /**
   * Gives the app a Postgres database of its own and sets `DATABASE_URL`, or the variable of another attachment,
   * as an add-on would: a release. The plan is Heroku Postgres's, such as `standard-0`.
   */
  | {
      readonly action: 'add-postgres';
      readonly plan?: string;
      readonly attachment?: string;
      readonly as?: string;
    }
  /** Any other service's add-on, such as `scheduler:standard`; its config vars are `<attachment>_<key of config>`. */
  | {
      readonly action: 'add-add-on';
      readonly plan: string;
      readonly name?: string;
      readonly attachment?: string;
      readonly config?: Readonly<Record<string, string>>;
      readonly as?: string;
    }
  /** Attaches another app's add-on to this app; a name that is taken goes over to it. */
  | { readonly action: 'attach'; readonly addOn: string; readonly name?: string; readonly as?: string }
  | { readonly action: 'detach'; readonly attachment: string; readonly as?: string }
  /** `bytes`: the size that a database says it has; null: its real one. */
  | {
      readonly action: 'change-add-on';
      readonly addOn: string;
      readonly plan?: string;
      readonly state?: AddOnState;
      readonly bytes?: number | null;
    }
  /** Begins a backup of the app's `DATABASE`, or of another attachment's. */
  | { readonly action: 'capture-backup'; readonly attachment?: string; readonly scheduled?: boolean }
  /** Ends the backup or restore of that name, or the newest one that goes on. */
  | { readonly action: 'cancel-transfer'; readonly transfer?: string }
  /** Ends all sessions of the database. */
  | { readonly action: 'end-sessions'; readonly attachment?: string }
  /** Makes the app say something else of where and how it runs; its dynos stay as they are. */
  | ({ readonly action: 'describe' } & Partial<AppDescription>);
