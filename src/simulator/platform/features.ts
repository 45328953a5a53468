import { invalidParams, notFound } from './errors.ts';
import { idFor } from './ids.ts';
import type { App, AppFeature } from './model.ts';
import { isSmall } from './sizes.ts';

const known: readonly (readonly [string, string])[] = [
  [
    'preboot',
    'Provide seamless web dyno deploys by booting web dynos with new code before killing existing web dynos.',
  ],
  [
    'runtime-dyno-metadata',
    'This experimental feature populates environment variables with metadata about the app and the release.',
  ],
];

/** The features of a new app, all of them off. */
export function newFeatures(at: Date): AppFeature[] {
  return known.map(([name, description]) => ({
    id: idFor('app-feature', name),
    name,
    description,
    state: 'general',
    enabled: false,
    createdAt: at,
    updatedAt: at,
  }));
}

/** Finds a feature by name or id. @throws PlatformError 404. */
export function findFeature(app: App, identity: string): AppFeature {
  const found = app.features.find(({ id, name }) => id === identity || name === identity);
  if (!found) throw notFound('feature');
  return found;
}

/**
 * Refuses preboot where there is none: in Private Spaces, on Fir, and for web dynos of the sizes Eco and Basic
 * (Dev Center: preboot).
 * @throws PlatformError 422.
 */
export function refusePreboot({ name, generation, space, formation }: App): void {
  const isOnSmall = formation.some(({ type, size }) => type === 'web' && isSmall(size));
  const reason =
    generation === 'fir'
      ? 'Only Cedar apps are supported.'
      : space
        ? `${name} is in a Private Space, whose releases roll out dyno by dyno.`
        : isOnSmall && 'It needs web dynos of the size Standard-1X or larger.';
  if (reason) throw invalidParams(`Preboot is not available: ${reason}`);
}
