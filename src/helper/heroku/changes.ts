import { array, unknown } from 'valibot';
import type { App, ProcessFormation, ScaleUpdate } from '../ports/heroku.ts';
import type { Api } from './api.ts';
import { appPath } from './paths.ts';
import { appShape, featureShape, formationShape } from './shapes.ts';

/** Switches the maintenance page (Platform API Reference: App Update). */
export function setMaintenance(api: Api, app: string, on: boolean): Promise<App> {
  return api.call({
    method: 'PATCH',
    path: appPath(app),
    body: { maintenance: on },
    answer: appShape,
    variant: 'sdk',
    repeat: 'always',
  });
}

/** Switches a feature of the app (Platform API Reference: App Feature Update). */
export async function setFeature(api: Api, app: string, feature: string, enabled: boolean): Promise<void> {
  await api.call({
    method: 'PATCH',
    path: appPath(app, 'features', feature),
    body: { enabled },
    answer: featureShape,
    repeat: 'always',
  });
}

/** Read from the list: asked for alone, an unknown feature and an unknown app are the same 404. */
export async function featureEnabled(api: Api, app: string, feature: string): Promise<boolean | undefined> {
  const features = await api.list(appPath(app, 'features'), featureShape);
  return features.find(({ name }) => name === feature)?.enabled;
}

/** Scales several process types in one request (Platform API Reference: Formation Batch Update). */
export function scale(
  api: Api,
  app: string,
  updates: readonly ScaleUpdate[],
): Promise<readonly ProcessFormation[]> {
  return api.call({
    method: 'PATCH',
    path: appPath(app, 'formation'),
    body: {
      updates: updates.map(({ type, quantity, size }) => ({
        type,
        quantity,
        ...(size === undefined ? {} : { dyno_size: { name: size } }),
      })),
    },
    answer: array(formationShape),
    repeat: 'always',
  });
}

/**
 * Restarts all dynos of the formation (Platform API Reference: Dyno Restart All). A second restart would
 * cost a second boot, so it is repeated only when the first one certainly did not happen.
 */
export async function restartDynos(api: Api, app: string): Promise<void> {
  await api.call({ method: 'DELETE', path: appPath(app, 'dynos'), answer: unknown() });
}
