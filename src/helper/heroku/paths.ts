/** `/apps/<app>/<part>/<part>`, every part escaped. */
export function appPath(app: string, ...parts: string[]): string {
  return ['/apps', ...[app, ...parts].map(encodeURIComponent)].join('/');
}
