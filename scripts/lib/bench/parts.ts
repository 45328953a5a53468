import { measureDeployment } from './deployment.ts';
import { measureDowntime } from './downtime.ts';
import type { Figure } from './figures.ts';
import { measureGeneration } from './generation.ts';
import { measureInstall } from './install.ts';
import type { LocalWorld } from './local-world.ts';
import type { Materials } from './materials.ts';
import type { OfficialCli } from './official-cli.ts';
import { measureOutput } from './output.ts';
import { measurePush } from './push.ts';
import { measureRecipe } from './recipe.ts';
import { measureStartUpAgainstCli } from './start-up-cli.ts';
import { measureStartUp } from './start-up.ts';

/** What a part has to measure with. */
export interface Bench {
  readonly root: string;
  readonly materials: Materials;
  readonly world: LocalWorld;
  readonly rounds: number;
  /** Undefined where it is not installed. */
  readonly cli: OfficialCli | undefined;
  /** Whether what takes minutes for each round is measured too. */
  readonly long: boolean;
}

/** Figures that are measured together: each can be asked for by its name alone. */
export interface Part {
  readonly name: string;
  /** The report's section that they stand in. */
  readonly section: SectionTitle;
  readonly measure: (bench: Bench) => Promise<Figure[]>;
}

export type SectionTitle = keyof typeof SECTIONS;

/** The report's sections in order, and what has to be known of their figures. */
export const SECTIONS = {
  'In a job':
    'The local Heroku (`heroku-cd simulate`) answers on the same machine, so the way to the real one is not in these figures. The app has no build time and no web process: what is left is what heroku-cd adds. Both sides of a push speak to the same local Heroku.',
  'A push':
    'What heroku-cd sends, and for how long, against a plain `git push` of the same commits to the same local Heroku, through a relay that counts the bytes. The push itself is one start of `git push` with the same pack; what else is to be known of git and the clone, preflight has asked. It authenticates with its first request, which saves the one that a plain push sends in vain, and it reads one file of certificate authorities, where git as Debian builds it reads a folder of hundreds for each connection. It opens a connection for each request, so that no pack is ever sent twice over one that broke off: the bytes of a second TLS handshake are what it sends more. The phase *ship* of a deployment, above, contains that push and what is read before and after it: whether somebody else has released meanwhile, and the build that has to have come of it.',
  'The recipe in seven acts':
    'Page on, workers to 0, push, migrate, backup, workers back, page off: `heroku-cd migrate` does it in one process, and reads back what each act has done. The official CLI is measured without reading back, as the recipe is known, and with it: `maintenance`, `ps`, `releases` and `pg:backups` after the acts that they show. The app has a web process, a worker and a Postgres database; its build takes no time, and its backup is over when Heroku has answered, because those who wait for one look again only after a while. `heroku-cd migrate` keeps the page on until its web dynos have been up for 3 s, which no other does: that is most of its time. About twelve of its requests are preflight, which refuses what can be refused before anything is touched, and as many read the app’s state again right before the page, the migration and the end of the page, in case somebody else has changed it.',
  Downtime:
    'For how long a visitor who comes ten times a second is not served, with a build of so many seconds. The original recipe pushes while the page is on; with `build-app` the build is over before the window opens. Both do the same: a backup, a migration, and the workers. The recipe’s acts are those of `heroku-cd`, which start faster than the official CLI’s.',
  'Output of a migration':
    'A one-off dyno prints 100 MB in lines of 80 bytes. `heroku-cd` shows each line once its secrets are masked and keeps the last of them for its report; the alternative copies the same dyno’s TLS connection to its standard output as it comes. On one machine they share the processors with the local Heroku and the dyno.',
  'Generating the orb': 'For those who work on heroku-cd, against the type check that they wait for as well.',
} as const;

/** All that can be measured besides the sizes, in the order in which it is. */
export const PARTS: readonly Part[] = [
  {
    name: 'start-up',
    section: 'In a job',
    measure: ({ materials, world, rounds }) => measureStartUp(materials, world, rounds),
  },
  { name: 'start-up-cli', section: 'In a job', measure: measureStartUpAgainstCli },
  {
    name: 'install',
    section: 'In a job',
    measure: ({ materials, rounds }) => measureInstall(materials, rounds),
  },
  { name: 'deploy', section: 'In a job', measure: measureDeployment },
  { name: 'push', section: 'A push', measure: measurePush },
  { name: 'recipe', section: 'The recipe in seven acts', measure: measureRecipe },
  { name: 'downtime', section: 'Downtime', measure: (bench) => measureDowntime(bench) },
  { name: 'output', section: 'Output of a migration', measure: measureOutput },
  { name: 'generation', section: 'Generating the orb', measure: measureGeneration },
];

/** The part that has no figures: it is not measured but weighed. */
export const SIZES = 'sizes';

/** What `--only` may name. */
export const PART_NAMES: readonly string[] = [...PARTS.map(({ name }) => name), SIZES];
