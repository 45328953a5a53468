import { HerokuCdError, Refusal } from '../errors.ts';
import type { App, ConfigHashes, Heroku } from '../ports/heroku.ts';

/** Everything of an app that a slug depends on, or that its build could do harm to. */
interface Side {
  readonly app: App;
  readonly buildpacks: readonly string[];
  readonly config: ConfigHashes;
  /** Config vars by the id of the add-on that sets them. */
  readonly addOns: ReadonlyMap<string, readonly string[]>;
}

/** What the comparison is made from. */
export interface Comparison {
  readonly app: string;
  readonly buildApp: string;
  /** Names of config vars that may differ. */
  readonly ignore: readonly string[];
  /** The commit's Procfile. */
  readonly procfile: string | undefined;
}

/**
 * Whether a slug that the build app builds is the one that the app would build, and whether building there
 * can harm nobody. Reads only, and gives the build app.
 * @throws Refusal that names everything that speaks against it.
 */
export async function requireFitToBuild(heroku: Heroku, wanted: Comparison): Promise<App> {
  const { app, buildApp } = wanted;
  if (app === buildApp) throw refusal(wanted, ['it is the app itself']);
  const [target, builder] = await Promise.all([heroku.app(app), heroku.app(buildApp)]);
  const fir = [target, builder].filter(({ generation }) => generation === 'fir');
  if (fir.length > 0) {
    throw refusal(wanted, [
      `${fir.map(({ name }) => name).join(' and ')} ${fir.length === 1 ? 'is a Fir app' : 'are Fir apps'}: only Cedar has slugs, which one app builds and another one runs`,
    ]);
  }
  const [ours, theirs] = await Promise.all([read(heroku, target), read(heroku, builder)]);
  const running = (await heroku.formation(buildApp)).filter(({ quantity }) => quantity > 0);
  const faults = [
    ...differences(ours, theirs, wanted.ignore),
    ...sharedStores(ours, theirs),
    ...(running.length === 0
      ? []
      : [
          `it runs processes of its own (${running.map(({ type, quantity }) => `${type}=${quantity}`).join(' ')}): heroku ps:scale ${running.map(({ type }) => `${type}=0`).join(' ')} -a ${buildApp}`,
        ]),
    ...(/^release\s*:/m.test(wanted.procfile ?? '') && hasStore(theirs)
      ? ['the Procfile has a `release` process, which Heroku would run there too, and it has a database']
      : []),
  ];
  if (faults.length > 0) throw refusal(wanted, faults);
  return builder;
}

async function read(heroku: Heroku, app: App): Promise<Side> {
  const { name } = app;
  try {
    const [buildpacks, config, addOns] = await Promise.all([
      heroku.buildpacks(name),
      heroku.configVars(name),
      heroku.addOnVars(name),
    ]);
    return { app, buildpacks, config, addOns };
  } catch (error) {
    if (!(error instanceof HerokuCdError) || error.verdict !== 'refused') throw error;
    throw new Refusal({
      what: `build-app: ${name} cannot be compared, because this key may not read all of it.`,
      why: error.what,
      next: 'Use a key of scope `global` or `read-protected` whose account may operate both apps.',
      parameter: 'build-app',
      cause: error,
    });
  }
}

function differences(ours: Side, theirs: Side, ignore: readonly string[]): readonly string[] {
  const place = ({ app }: Side): string => app.space ?? app.region ?? '';
  const stack = ({ app }: Side): string => app.buildStack ?? app.stack;
  const buildpacks = (side: Side): string => side.buildpacks.join(', ') || 'detected';
  // Every app has its own add-ons, and a slug that depends on one of their addresses is none to share.
  const left = new Set([...ignore, ...[...ours.addOns, ...theirs.addOns].flatMap(([, names]) => names)]);
  const names = [...new Set([...ours.config.keys(), ...theirs.config.keys()])]
    .filter((name) => !left.has(name) && ours.config.get(name) !== theirs.config.get(name))
    .sort();
  return [
    ...differ('stack', stack(ours), stack(theirs)),
    ...differ('region or space', place(ours), place(theirs)),
    ...differ('buildpacks', buildpacks(ours), buildpacks(theirs)),
    ...(names.length === 0
      ? []
      : [
          `these config vars differ (set them equal, or name them in \`build-config-ignore\`): ${names.join(', ')}`,
        ]),
  ];
}

function differ(what: string, ours: string, theirs: string): readonly string[] {
  return ours === theirs ? [] : [`its ${what} differ: ${theirs} there, ${ours} on the app`];
}

/** What a build, or a release phase after it, could change for the app. */
function sharedStores(ours: Side, theirs: Side): readonly string[] {
  const addOns = [...theirs.addOns.keys()].filter((id) => ours.addOns.has(id));
  const known = new Set([...ours.config].filter(isStore).map(([, hash]) => hash));
  const names = [...theirs.config].filter((row) => isStore(row) && known.has(row[1])).map(([name]) => name);
  if (addOns.length === 0 && names.length === 0) return [];
  const through = [...new Set([...names, ...addOns.flatMap((id) => theirs.addOns.get(id) ?? [])])];
  return [`it can reach a database of the app: ${through.join(', ') || addOns.join(', ')}`];
}

function hasStore({ config, addOns }: Side): boolean {
  return [...config].some(isStore) || [...addOns.values()].flat().some((name) => name.endsWith('_URL'));
}

/** An address of something that keeps data; one of a plain web page is none. */
function isStore([name, hash]: readonly [string, string]): boolean {
  return hash.startsWith('store~') || (name.endsWith('_URL') && !hash.startsWith('web~'));
}

function refusal({ app, buildApp }: Comparison, faults: readonly string[]): Refusal {
  return new Refusal({
    what: `build-app: ${buildApp} cannot build for ${app}: ${faults.join('; ')}.`,
    why: 'A slug holds what its build was made with. Nothing was changed.',
    next: `Make ${buildApp} like ${app}, without its database and without dynos, or leave \`build-app\` empty.`,
    parameter: 'build-app',
  });
}
