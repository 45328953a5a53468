import { notFound } from './errors.ts';
import { idFor } from './ids.ts';
import type { App, AppFeature } from './model.ts';

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
