import type { ParameterDefinition } from '../parameters/index.ts';
import type { Payload } from './payload.ts';

/** What the elements of the orb are made from. */
export interface OrbContext {
  /** Every parameter of the helper; the project's own list unless a test adds to it. */
  readonly definitions: readonly ParameterDefinition[];
  /** The package's version, which is the orb's too. */
  readonly version: string;
  /** The namespace that the orb is published in. */
  readonly namespace: string;
  /** The packed helper that the `install` command carries. */
  readonly payload: Payload;
  /** Where the project lives, for the registry's page. */
  readonly homeUrl: string;
  readonly sourceUrl: string;
}

/** The orb's name in the registry, and the alias that examples import it by. */
export const ORB_NAME = 'heroku-cd';
