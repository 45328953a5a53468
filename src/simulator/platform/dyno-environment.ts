import type { App, Release } from './model.ts';

/**
 * The environment of a dyno's process: the release's config vars, what Heroku adds (Dev Center: dynos,
 * runtime environment; dyno metadata), and the search path of this machine, which stands in for the stack.
 */
export function dynoEnvironment(
  app: App,
  release: Release,
  dyno: { readonly name: string; readonly port?: number | undefined },
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: release.slug?.directory ?? '/',
    ...metadata(app, release),
    ...release.configVars,
    ...extra,
    DYNO: dyno.name,
    ...(dyno.port === undefined ? {} : { PORT: String(dyno.port) }),
  };
}

function metadata(app: App, release: Release): Record<string, string> {
  if (!app.features.some(({ name, enabled }) => name === 'runtime-dyno-metadata' && enabled)) return {};
  return {
    HEROKU_APP_ID: app.id,
    HEROKU_APP_NAME: app.name,
    HEROKU_RELEASE_CREATED_AT: release.createdAt.toISOString(),
    HEROKU_RELEASE_VERSION: `v${release.version}`,
    HEROKU_SLUG_COMMIT: release.slug?.commit ?? '',
    HEROKU_SLUG_DESCRIPTION: release.description,
  };
}
