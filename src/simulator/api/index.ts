import express from 'express';
import type { Express } from 'express';
import type { Platform } from '../platform/platform.ts';
import type { AnswerRecorder } from '../requests/answer-recorder.ts';
import { accountFamily } from './account.ts';
import { addOnAttachmentsFamily } from './add-on-attachments.ts';
import { addOnsFamily } from './add-ons.ts';
import { appsFamily } from './apps.ts';
import { buildpacksFamily } from './buildpacks.ts';
import { buildsFamily } from './builds.ts';
import { collaboratorsFamily } from './collaborators.ts';
import { configVarsFamily } from './config-vars.ts';
import { authorizationsFamily } from './authorizations.ts';
import type { Family } from './context.ts';
import { addBackupStorage, dataFamilies } from './data/index.ts';
import { dynosFamily } from './dynos.ts';
import { featuresFamily } from './features.ts';
import { formationFamily } from './formation.ts';
import {
  acceptHeader,
  authentication,
  errorBody,
  rateLimit,
  requestId,
  unknownEndpoint,
} from './middleware.ts';
import { addLogs, logSessionsFamily } from './log-sessions.ts';
import { oneOffsFamily } from './one-offs.ts';
import { releasesFamily } from './releases.ts';
import { addSlugStorage, slugsFamily } from './slugs.ts';
import { sshKeysFamily } from './ssh-keys.ts';
import { addSourceStorage, sourcesFamily } from './sources.ts';
import { addStreams } from './streams.ts';

/** Every family of endpoints; a new one is added here and nowhere else. */
export const families: readonly Family[] = [
  accountFamily,
  addOnAttachmentsFamily,
  addOnsFamily,
  appsFamily,
  authorizationsFamily,
  buildpacksFamily,
  buildsFamily,
  collaboratorsFamily,
  configVarsFamily,
  dynosFamily,
  featuresFamily,
  formationFamily,
  logSessionsFamily,
  oneOffsFamily,
  releasesFamily,
  slugsFamily,
  sourcesFamily,
  sshKeysFamily,
];

/** The Platform API, version 3, with the streams and the upload storage that its answers point at. */
export function createApi(platform: Platform, recorder?: AnswerRecorder): Express {
  const api = express();
  api.disable('x-powered-by');
  addStreams(api, platform);
  addLogs(api, platform);
  addSourceStorage(api, platform);
  addSlugStorage(api, platform);
  addBackupStorage(api, platform);
  if (recorder) api.use(recorder.middleware);
  api.use(requestId, authentication(platform), rateLimit, acceptHeader);
  // Clients send bodies with and without a Content-Type; all of them are JSON.
  api.use(express.json({ type: () => true, strict: false, limit: '1mb' }));
  for (const family of [...families, ...dataFamilies]) family(api, platform);
  api.use(unknownEndpoint, errorBody);
  return api;
}
