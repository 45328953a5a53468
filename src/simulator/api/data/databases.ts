import type { Platform } from '../../platform/platform.ts';
import type { Schedule } from '../../platform/add-ons/index.ts';
import { notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Family } from '../context.ts';
import { bodyOf, callerOf, endpoint, pathParameter, textField } from '../context.ts';
import { addOnOf, dataTime, databaseOf, unprocessable } from './context.ts';
import { databaseBody } from './info.ts';

/** Databases: info, whether one is there yet; ending sessions, emptying, other credentials, schedules. */
export const databasesFamily: Family = (routes, platform) => {
  routes.get(
    '/client/v11/databases/:database',
    endpoint(async (request, response) => {
      const addOn = databaseOf(platform, request, response, 'view');
      response.json(databaseBody(addOn, await addOn.database.facts()));
    }),
  );
  routes.get(
    '/client/v11/databases/:database/wait_status',
    endpoint((request, response) => {
      const isWaiting = addOnOf(platform, request, response, 'view').state === 'provisioning';
      response.json({ 'waiting?': isWaiting, message: isWaiting ? 'preparing' : 'available' });
    }),
  );
  routes.post(
    '/client/v11/databases/:database/connection_reset',
    endpoint(async (request, response) => {
      await databaseOf(platform, request, response, 'operate').database.endSessions();
      response.json({ message: 'Connections are reset.' });
    }),
  );
  routes.put(
    '/client/v11/databases/:database/reset',
    endpoint(async (request, response) => {
      await databaseOf(platform, request, response, 'operate').database.reset();
      response.json({ message: 'The database is reset.' });
    }),
  );
  addCredentials(routes, platform);
  addSchedules(routes, platform);
};

/** The default credential, which is the only one here. */
const addCredentials: Family = (routes, platform) => {
  routes.get(
    '/postgres/v0/databases/:database/credentials',
    endpoint(async (request, response) => {
      const { id, database } = databaseOf(platform, request, response, 'operate');
      const { password } = new URL(database.url);
      const { sessions } = await database.facts();
      const credential = { user: database.name, password, state: 'active', connections: sessions };
      response.json([
        { uuid: id, name: 'default', state: 'active', database: database.name, credentials: [credential] },
      ]);
    }),
  );
  const rotate = endpoint(async (request, response) => {
    const name = pathParameter(request, 'credential') || 'default';
    const addOn = databaseOf(platform, request, response, 'operate');
    if (name !== 'default') throw notFound('credential', `Couldn't find the credential ${name}.`);
    await platform.addOns.rotate(addOn, callerOf(response).account);
    response.json({ message: 'The credential is rotated.' });
  });
  routes.post('/postgres/v0/databases/:database/credentials_rotation', rotate);
  routes.post('/postgres/v0/databases/:database/credentials/:credential/credentials_rotation', rotate);
};

/** Schedules of daily backups. None is ever carried out by itself here. */
const addSchedules: Family = (routes, platform) => {
  routes.get(
    '/client/v11/databases/:database/transfer-schedules',
    endpoint((request, response) => {
      response.json(databaseOf(platform, request, response, 'view').schedules.map(scheduleBody));
    }),
  );
  routes.post(
    '/client/v11/databases/:database/transfer-schedules',
    endpoint((request, response) => {
      const addOn = databaseOf(platform, request, response, 'operate');
      const schedule = scheduleOf(bodyOf(request));
      addSchedule(platform, addOn, schedule);
      response.status(201).json(scheduleBody(schedule));
    }),
  );
  routes.delete(
    '/client/v11/databases/:database/transfer-schedules/:schedule',
    endpoint((request, response) => {
      const { schedules } = databaseOf(platform, request, response, 'operate');
      const index = schedules.findIndex(({ uuid }) => uuid === pathParameter(request, 'schedule'));
      const [gone] = index < 0 ? [] : schedules.splice(index, 1);
      if (!gone) throw notFound('schedule', "Couldn't find that schedule.");
      platform.changes.notify();
      response.json(scheduleBody(gone));
    }),
  );
};

/** A database has one schedule under each name. */
function addSchedule(platform: Platform, { schedules }: { schedules: Schedule[] }, schedule: Schedule): void {
  const index = schedules.findIndex(({ name }) => name === schedule.name);
  schedules.splice(index < 0 ? schedules.length : index, 1, schedule);
  platform.changes.notify();
}

function scheduleOf(body: Record<string, unknown>): Schedule {
  // The Heroku CLI sends the hour as text.
  const hour = Number(body['hour'] ?? NaN);
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) throw unprocessable('hour must be from 0 to 23.');
  return {
    uuid: newId(),
    name: textField(body, 'schedule_name') ?? 'DATABASE_URL',
    hour,
    timezone: textField(body, 'timezone') ?? 'UTC',
    createdAt: new Date(),
  };
}

function scheduleBody({ uuid, name, hour, timezone, createdAt }: Schedule): unknown {
  return { uuid, name, hour, timezone, created_at: dataTime(createdAt), deleted_at: null };
}
