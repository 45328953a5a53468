import { invalidParams } from '../platform/errors.ts';
import type { FormationUpdate } from '../platform/formation.ts';
import { formationEntry } from '../platform/formation.ts';
import { idFor } from '../platform/ids.ts';
import type { App, FormationEntry } from '../platform/model.ts';
import { dynoSizes } from '../platform/sizes.ts';
import { appReference } from './apps.ts';
import type { Family } from './context.ts';
import {
  appOf,
  bodyOf,
  callerOf,
  endpoint,
  objectField,
  pathParameter,
  textField,
  timestamp,
} from './context.ts';
import { sendList } from './lists.ts';

/** The formation: quantities and sizes of the process types, and the sizes there are. */
export const formationFamily: Family = (routes, platform) => {
  const fields = {
    id: ({ id }: FormationEntry) => id,
    type: ({ type }: FormationEntry) => type,
  };
  routes.get(
    '/apps/:app/formation',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      sendList(request, response, app.formation, { type: fields.type, id: fields.id }, (entry) =>
        formationBody(app, entry),
      );
    }),
  );
  routes.patch(
    '/apps/:app/formation',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const { updates } = bodyOf(request);
      if (!Array.isArray(updates)) throw invalidParams('updates must be a list.');
      const entries = platform.scale(app, updates.map(parseBatchUpdate), callerOf(response).account);
      response.json(entries.map((entry) => formationBody(app, entry)));
    }),
  );
  routes.get(
    '/apps/:app/formation/:type',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(formationBody(app, formationEntry(app, pathParameter(request, 'type'))));
    }),
  );
  routes.patch(
    '/apps/:app/formation/:type',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'operate');
      const type = pathParameter(request, 'type');
      platform.scale(app, [parseUpdate(type, bodyOf(request))], callerOf(response).account);
      response.json(formationBody(app, formationEntry(app, type)));
    }),
  );
  routes.get(
    '/apps/:app/available-dyno-sizes',
    endpoint((request, response) => {
      appOf(platform, request, response, 'view');
      response.json(dynoSizes.filter(({ privateSpaceOnly }) => !privateSpaceOnly).map(sizeBody));
    }),
  );
  routes.get(
    '/dyno-sizes',
    endpoint((_request, response) => {
      response.json(dynoSizes.map(sizeBody));
    }),
  );
};

function parseBatchUpdate(update: unknown): FormationUpdate {
  if (typeof update !== 'object' || update === null) throw invalidParams('Each update must be an object.');
  const body = update as Record<string, unknown>;
  const type = textField(body, 'type');
  if (type === undefined) throw invalidParams('Each update needs a type.');
  return parseUpdate(type, body);
}

/** The size is given as `dyno_size`, by name or id, or the older way as `size`. */
function parseUpdate(type: string, body: Record<string, unknown>): FormationUpdate {
  const { quantity, dyno_size: dynoSize } = body;
  if (quantity !== undefined && typeof quantity !== 'number' && typeof quantity !== 'string') {
    throw invalidParams('quantity must be a number.');
  }
  const size =
    typeof dynoSize === 'string'
      ? dynoSize
      : (textField(objectField(body, 'dyno_size'), 'name') ??
        textField(objectField(body, 'dyno_size'), 'id') ??
        textField(body, 'size'));
  return {
    type,
    ...(quantity === undefined ? {} : { quantity }),
    ...(size === undefined ? {} : { size }),
  };
}

function formationBody(app: App, entry: FormationEntry): unknown {
  return {
    id: entry.id,
    type: entry.type,
    app: appReference(app),
    command: entry.command,
    created_at: timestamp(entry.createdAt),
    dyno_size: { id: idFor('dyno-size', entry.size), name: entry.size },
    quantity: entry.quantity,
    size: entry.size,
    updated_at: timestamp(entry.updatedAt),
  };
}

function sizeBody(size: (typeof dynoSizes)[number]): unknown {
  return {
    id: size.id,
    name: size.name,
    architecture: 'amd64',
    compute: size.compute,
    cost: { cents: size.cents, unit: 'month' },
    dedicated: size.dedicated,
    generation: { id: idFor('generation', 'cedar'), name: 'cedar' },
    memory: size.memory,
    precise_dyno_units: size.units,
    private_space_only: size.privateSpaceOnly,
  };
}
