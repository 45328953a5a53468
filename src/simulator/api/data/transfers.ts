import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Permission } from '../../platform/model.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Transfer } from '../../platform/transfers/index.ts';
import { leastMs, processedBytes } from '../../platform/transfers/index.ts';
import type { Family, Routes } from '../context.ts';
import { appOf, bodyOf, endpoint, pathParameter, textField } from '../context.ts';
import { dataTime, databaseOf, unprocessable } from './context.ts';

/** Backups and restores: begin, list, watch, cancel, delete, and read from a public address. */
export const transfersFamily: Family = (routes, platform) => {
  routes.post(
    '/client/v11/databases/:database/backups',
    endpoint((request, response) => {
      const addOn = databaseOf(platform, request, response, 'operate');
      response.status(201).json(transferBody(platform.transfers.capture(addOn)));
    }),
  );
  routes.post(
    '/client/v11/databases/:database/restores',
    endpoint((request, response) => {
      const addOn = databaseOf(platform, request, response, 'operate');
      const url = textField(bodyOf(request), 'backup_url');
      if (!url) throw unprocessable('backup_url is missing.');
      response.status(201).json(transferBody(platform.transfers.restore(addOn, url)));
    }),
  );
  routes.get(
    '/client/v11/apps/:app/transfers',
    endpoint((request, response) => {
      const app = appOf(platform, request, response, 'view');
      response.json(platform.transfers.of(app).map((transfer) => transferBody(transfer)));
    }),
  );
  routes.get(
    '/client/v11/apps/:app/transfers/:transfer',
    endpoint((request, response) => {
      const transfer = transferOf(platform, request, response, 'view');
      response.json(transferBody(transfer, request.query['verbose'] === 'true'));
    }),
  );
  routes.post(
    '/client/v11/apps/:app/transfers/:transfer/actions/public-url',
    endpoint((request, response) => {
      const transfer = transferOf(platform, request, response, 'operate');
      const { url, expiresAt } = platform.transfers.publicUrl(transfer);
      response.json({ url, expires_at: dataTime(expiresAt) });
    }),
  );
  routes.post(
    '/client/v11/apps/:app/transfers/:transfer/actions/cancel',
    endpoint(async (request, response) => {
      const transfer = transferOf(platform, request, response, 'operate');
      await platform.transfers.cancel(transfer);
      response.json(transferBody(transfer));
    }),
  );
  routes.delete(
    '/client/v11/apps/:app/transfers/:transfer',
    endpoint(async (request, response) => {
      const transfer = transferOf(platform, request, response, 'operate');
      await platform.transfers.remove(transfer);
      response.json(transferBody(transfer));
    }),
  );
};

/** The storage service behind a backup's public address, which is its own credential. */
export function addBackupStorage(routes: Routes, platform: Platform): void {
  routes.get(
    '/_backups/:backup',
    endpoint(async (request, response) => {
      const id = pathParameter(request, 'backup');
      const { storage } = platform.transfers;
      const { searchParams } = new URL(request.url, 'http://storage');
      const transfer = platform.apps.all
        .flatMap((app) => platform.transfers.of(app))
        .find(({ uuid, succeeded }) => uuid === id && succeeded);
      if (!storage.isSigned(id, searchParams))
        return refuse(response, 403, 'AccessDenied', 'Request has expired');
      if (!transfer) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
      response.type('application/octet-stream').set('Content-Length', String(transfer.bytes));
      await pipeline(createReadStream(storage.fileOf(id)), response);
    }),
  );
}

function refuse(response: Response, status: number, code: string, message: string): void {
  response
    .status(status)
    .type('application/xml')
    .send(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
}

function transferOf(
  platform: Platform,
  request: Request,
  response: Response,
  permission: Permission,
): Transfer {
  const app = appOf(platform, request, response, permission);
  return platform.transfers.get(app, pathParameter(request, 'transfer'));
}

function transferBody(transfer: Transfer, withLog = false): Record<string, unknown> {
  const isBackup = transfer.kind === 'backup';
  return {
    uuid: transfer.uuid,
    num: transfer.num,
    from_name: transfer.fromName,
    from_type: isBackup ? 'pg_dump' : 'gof3r',
    from_url: transfer.fromUrl,
    to_name: transfer.toName,
    to_type: isBackup ? 'gof3r' : 'pg_restore',
    to_url: transfer.toUrl,
    options: {},
    ...(transfer.scheduleId === undefined ? {} : { schedule: { uuid: transfer.scheduleId } }),
    source_bytes: transfer.sourceBytes ?? null,
    processed_bytes: processedBytes(transfer, leastMs(transfer)),
    succeeded: transfer.finishedAt ? transfer.succeeded : null,
    warnings: transfer.warnings,
    created_at: dataTime(transfer.createdAt),
    started_at: optionalTime(transfer.startedAt),
    canceled_at: optionalTime(transfer.canceledAt),
    updated_at: dataTime(transfer.updatedAt),
    finished_at: optionalTime(transfer.finishedAt),
    deleted_at: optionalTime(transfer.deletedAt),
    purged_at: null,
    num_keep: transfer.addOn.plan.postgres?.keptBackups ?? 0,
    ...(withLog
      ? { logs: transfer.log.map(({ at, ...line }) => ({ created_at: dataTime(at), ...line })) }
      : {}),
  };
}

function optionalTime(date: Date | undefined): string | null {
  return date ? dataTime(date) : null;
}
