import type { OrbContext } from '../context.ts';
import { example, usage, type OrbElement } from '../sdk/index.ts';
import { importOf, ours, recoverAfter } from './usage.ts';

/** The window's two halves, and between them a person who migrates and says so. */
export function migrateByHand(context: OrbContext): OrbElement {
  return example(
    'migrate-by-hand',
    'Open a window, migrate by hand, and approve: then the dynos restart, the workers come back exactly as they were, and the page comes off. What deploys in between works inside the window and leaves it open. Switch auto-cancel redundant workflows off: the next push to such a branch would cancel this workflow, and nobody would close the window. How the app was lies in the cache, which CircleCI keeps for 15 days unless you set another time.',
    usage({
      ...importOf(context),
      workflow: 'migrate-by-hand',
      entries: [
        {
          job: ours('open-window'),
          name: 'open-window',
          context: 'heroku-production',
          serialGroup: 'heroku/acme-shop',
          filter: 'pipeline.git.branch == "migrate-by-hand"',
          arguments: { 'app-name': 'acme-shop' },
        },
        {
          job: 'migrated-by-hand',
          approval: true,
          requires: ['open-window'],
          filter: 'pipeline.git.branch == "migrate-by-hand"',
        },
        {
          job: ours('close-window'),
          requires: ['migrated-by-hand'],
          context: 'heroku-production',
          // CircleCI takes one serial group but once in a workflow.
          serialGroup: 'heroku/acme-shop-close',
          filter: 'pipeline.git.branch == "migrate-by-hand"',
          arguments: { 'app-name': 'acme-shop' },
        },
        recoverAfter('open-window', 'migrate-by-hand'),
      ],
    }),
  );
}
