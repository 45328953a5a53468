import { formationEntry } from '../platform/formation.ts';
import type { App, Dyno } from '../platform/model.ts';
import { appReference } from './apps.ts';
import type { Family } from './context.ts';
import { appOf, endpoint, pathParameter, timestamp } from './context.ts';
import { sendList } from './lists.ts';

/** Dynos: list, info, restart and stop, of one, of a process type (`formations`), or of all. */
export const dynosFamily: Family = (routes, platform) => {
  routes.get(
    '/apps/:app/dynos',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      const fields = { id: ({ id }: Dyno) => id, name: ({ name }: Dyno) => name };
      sendList(request, response, platform.dynos.list(app), { name: fields.name, id: fields.id }, (dyno) =>
        dynoBody(app, dyno),
      );
    }),
  );
  routes.get(
    '/apps/:app/dynos/:dyno',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(dynoBody(app, platform.dynos.get(app, pathParameter(request, 'dyno'))));
    }),
  );
  routes.delete(
    '/apps/:app/dynos',
    endpoint((request, response) => {
      platform.dynos.restart(appOf(platform, request, response, 'operate'));
      response.status(202).json({});
    }),
  );
  routes.delete(
    '/apps/:app/dynos/:dyno',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const dyno = platform.dynos.get(app, pathParameter(request, 'dyno'));
      platform.dynos.restart(app, (other) => other === dyno);
      response.status(202).json({});
    }),
  );
  routes.delete(
    '/apps/:app/formations/:type',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const { type } = formationEntry(app, pathParameter(request, 'type'));
      platform.dynos.restart(app, (dyno) => dyno.type === type);
      response.status(202).json({});
    }),
  );
  routes.post(
    '/apps/:app/dynos/:dyno/actions/stop',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const dyno = platform.dynos.get(app, pathParameter(request, 'dyno'));
      platform.dynos.stop(app, (other) => other === dyno);
      response.status(202).json({});
    }),
  );
  routes.post(
    '/apps/:app/formations/:type/actions/stop',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const type = pathParameter(request, 'type');
      // One-off dynos have a type that is not in the formation, and can be stopped by it all the same.
      if (!platform.dynos.list(app).some((dyno) => dyno.type === type)) formationEntry(app, type);
      platform.dynos.stop(app, (dyno) => dyno.type === type);
      response.status(202).json({});
    }),
  );
};

/** An attach URL is told once, to whoever creates a one-off dyno. */
export function dynoBody(app: App, dyno: Dyno, attachUrl: string | null = null): unknown {
  return {
    id: dyno.id,
    name: dyno.name,
    type: dyno.type,
    app: appReference(app),
    attach_url: attachUrl,
    command: dyno.command,
    created_at: timestamp(dyno.createdAt),
    release: { id: dyno.release.id, version: dyno.release.version },
    size: dyno.size,
    state: dyno.state,
    updated_at: timestamp(dyno.updatedAt),
  };
}
