import { addCollaborator } from '../platform/collaborators.ts';
import { invalidParams, notFound } from '../platform/errors.ts';
import type { Account, App } from '../platform/model.ts';
import type { Platform } from '../platform/platform.ts';
import { performOnDatabase } from './database-actions.ts';
import type { Action } from './types.ts';

const colleague = 'colleague@example.com';

/** Does to an app what somebody else does. @throws PlatformError as the API would answer. */
export async function perform(platform: Platform, app: App, action: Action): Promise<void> {
  switch (action.action) {
    case 'scale':
      platform.scale(
        app,
        Object.entries(action.formation).map(([type, quantity]) => ({ type, quantity })),
        somebody(platform, app, action.as),
      );
      return;
    case 'resize':
      platform.scale(
        app,
        Object.entries(action.sizes).map(([type, size]) => ({ type, size })),
        somebody(platform, app, action.as),
      );
      return;
    case 'config':
      platform.releases.configure(app, somebody(platform, app, action.as), action.vars);
      return;
    case 'release':
      platform.releases.deploy(
        app,
        somebody(platform, app, action.as),
        slugOf(app, action.slug),
        action.description,
      );
      return;
    case 'rollback':
      platform.releases.rollback(app, somebody(platform, app, action.as), action.release);
      return;
    case 'maintenance':
      return platform.setMaintenance(app, action.enabled);
    case 'feature':
      return platform.setFeature(app, action.name, action.enabled);
    case 'restart':
      return platform.dynos.restart(app, only(platform, app, action.dyno));
    case 'stop':
      return platform.dynos.stop(app, only(platform, app, action.dyno));
    case 'crash':
      return crash(platform, app, action.dyno);
    case 'one-off': {
      const { action: _, as, ...request } = action;
      platform.oneOffs.create(app, somebody(platform, app, as), request);
      return;
    }
    case 'cancel-build':
      return cancelBuild(platform, app);
    case 'expire-release':
      return expireRelease(platform, app);
    default:
      return performOnDatabase(platform, app, action, (email) => somebody(platform, app, email));
  }
}

/** The account that acts: made and let in where it is not yet. */
function somebody(platform: Platform, app: App, email: string = colleague): Account {
  const account = platform.accounts.byEmail(email) ?? platform.accounts.create({ email });
  if (!app.collaborators.some((each) => each.account === account)) addCollaborator(app, account);
  return account;
}

function slugOf(app: App, id: string | undefined) {
  const slug = id === undefined ? app.current.slug : app.slugs.find((each) => each.id === id);
  if (!slug) throw notFound('slug');
  return slug;
}

function only(platform: Platform, app: App, name: string | undefined) {
  if (name === undefined) return () => true;
  const wanted = platform.dynos.get(app, name);
  return (dyno: unknown) => dyno === wanted;
}

function crash(platform: Platform, app: App, name: string): void {
  const { process: running } = platform.dynos.get(app, name);
  if (!running) throw invalidParams(`${name} has no process to kill.`);
  process.kill(running.pid, 'SIGKILL');
}

async function cancelBuild(platform: Platform, app: App): Promise<void> {
  const build = platform.builds.pending(app);
  if (!build) throw invalidParams(`No build of ${app.name} is running.`);
  await platform.builds.cancel(build);
}

function expireRelease(platform: Platform, app: App): void {
  const release = app.releases.findLast(({ status }) => status === 'pending');
  if (!release) throw invalidParams(`No release of ${app.name} is pending.`);
  platform.releases.expire(app, release);
}
