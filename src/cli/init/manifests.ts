import type { AppFolder } from './app-folder.ts';

/** What init reads of a package.json; everything in it may be missing or of another form. */
export interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

/** The package.json of an app; one that is no JSON counts as empty, because npm will say so better than we can. */
export function packageJson(app: AppFolder): PackageJson {
  const manifest = jsonOf(app.read('package.json'));
  return {
    scripts: strings(manifest['scripts']),
    dependencies: strings(manifest['dependencies']),
    devDependencies: strings(manifest['devDependencies']),
    engines: strings(manifest['engines']),
  };
}

/** Whether a package is among an app's npm dependencies, those for development included. */
export function npmHas(app: AppFolder, name: string): boolean {
  const { dependencies, devDependencies } = packageJson(app);
  return Object.hasOwn(dependencies, name) || Object.hasOwn(devDependencies, name);
}

/** Whether Heroku, which prunes development dependencies after the build, would leave the package out of the slug. */
export function npmPrunes(app: AppFolder, name: string): boolean {
  const { dependencies, devDependencies } = packageJson(app);
  return Object.hasOwn(devDependencies, name) && !Object.hasOwn(dependencies, name);
}

/** Whether the Gemfile or its lock names the gem. */
export function gemHas(app: AppFolder, name: string): boolean {
  return (
    new RegExp(`^\\s*gem\\s*\\(?\\s*['"]${name}['"]`, 'm').test(app.read('Gemfile')) ||
    new RegExp(`^ {4}${name} \\(`, 'm').test(app.read('Gemfile.lock'))
  );
}

/** The files in which a Python app names what it needs. */
export function pythonManifests(app: AppFolder): readonly string[] {
  return app.files.filter((path) =>
    /^(?:(?:requirements(?:[/_.-][\w./-]*)?)\.(?:txt|in)|Pipfile(?:\.lock)?|pyproject\.toml|poetry\.lock|uv\.lock|setup\.(?:py|cfg))$/.test(
      path,
    ),
  );
}

/** Whether one of them names the distribution; case, dashes and underscores do not matter (PEP 503). */
export function pythonHas(app: AppFolder, name: string): boolean {
  const words = name.split(/[-_.]/).join('[-_.]');
  const pattern = new RegExp(`(?:^|[\\s"'\\[,(])${words}(?![\\w-])`, 'im');
  return pythonManifests(app).some((path) => pattern.test(app.read(path)));
}

/** The version of a Composer package: what the lock has, else the lowest that composer.json takes. */
export function composerVersion(app: AppFolder, name: string): readonly [number, number] | undefined {
  const locked = jsonOf(app.read('composer.lock'))['packages'];
  for (const one of Array.isArray(locked) ? (locked as unknown[]) : []) {
    const { name: found, version } = one as { readonly name?: unknown; readonly version?: unknown };
    if (found === name && typeof version === 'string') return versionIn(version);
  }
  const wanted = strings(jsonOf(app.read('composer.json'))['require'])[name];
  return wanted === undefined ? undefined : versionIn(wanted);
}

/** Major and minor number of the first version in a text, such as `^11.9` or `v3.4.1`. */
export function versionIn(text: string): readonly [number, number] | undefined {
  const [, major, minor] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor ?? 0)];
}

/** The app.json's add-ons by their services, such as `memcachier`. */
export function addOns(app: AppFolder): readonly string[] {
  const listed = jsonOf(app.read('app.json'))['addons'];
  return (Array.isArray(listed) ? (listed as unknown[]) : []).flatMap((one) => {
    const plan = typeof one === 'string' ? one : (one as { readonly plan?: unknown } | null)?.plan;
    return typeof plan === 'string' ? [plan.split(':')[0] ?? plan] : [];
  });
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // No such file, or one that its own tool refuses: there is nothing in it to go by.
    return {};
  }
}

function strings(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The build of a Java app, Maven’s or Gradle’s, as text. */
export function javaBuild(app: AppFolder): string {
  return ['pom.xml', 'build.gradle', 'build.gradle.kts'].map((path) => app.read(path)).join('\n');
}

/** Whether the app is one of Spring Boot. */
export function hasSpringBoot(app: AppFolder): boolean {
  return /spring-boot|springframework\.boot/.test(javaBuild(app));
}
