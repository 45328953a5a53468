import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { requireScope } from '../platform/accounts.ts';
import type { Source } from '../platform/sources.ts';
import type { Platform } from '../platform/platform.ts';
import type { Family, Routes } from './context.ts';
import { appOf, callerOf, endpoint, pathParameter } from './context.ts';

/** Places for source tarballs, with an app (the older way) or without. */
export const sourcesFamily: Family = (routes, platform) => {
  const create = (response: Response) => {
    response.status(201).json(sourceBody(platform, platform.sources.create()));
  };
  routes.post(
    '/sources',
    endpoint((_request, response) => {
      requireScope(callerOf(response), 'write');
      create(response);
    }),
  );
  routes.post(
    '/apps/:app/sources',
    endpoint((request, response) => {
      appOf(platform, request, response, 'deploy');
      create(response);
    }),
  );
};

function sourceBody(platform: Platform, source: Source): unknown {
  const url = `${platform.addresses.api}/_sources/${source.id}?signature=${source.signature}`;
  return { source_blob: { get_url: url, put_url: url } };
}

/**
 * The storage service behind the signed addresses. As with a signed S3 URL, the address is the credential: an
 * Authorization header, a Content-Type that was not signed or a body of unknown length are refused with 403.
 */
export function addSourceStorage(routes: Routes, platform: Platform): void {
  routes.put(
    '/_sources/:source',
    endpoint(async (request, response) => {
      const source = findSource(platform, request);
      if (!source) return refuse(response, 'AccessDenied', 'Request has expired');
      if (request.headers.authorization !== undefined) {
        return refuse(response, 'InvalidArgument', 'Only one auth mechanism allowed');
      }
      if (request.headers['content-type']) {
        return refuse(response, 'SignatureDoesNotMatch', 'Content-Type is not part of the signature');
      }
      if (request.headers['content-length'] === undefined) {
        return refuse(response, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
      }
      await platform.sources.store(source, request);
      response.status(200).end();
    }),
  );
  routes.get(
    '/_sources/:source',
    endpoint(async (request, response) => {
      const source = findSource(platform, request);
      if (!source) return refuse(response, 'AccessDenied', 'Request has expired');
      if (!source.uploaded) return refuse(response, 'NoSuchKey', 'The specified key does not exist.', 404);
      response.type('application/octet-stream');
      await pipeline(createReadStream(source.file), response);
    }),
  );
}

function findSource(platform: Platform, request: Request): Source | undefined {
  const { signature } = request.query;
  return platform.sources.find(
    pathParameter(request, 'source'),
    typeof signature === 'string' ? signature : undefined,
  );
}

function refuse(response: Response, code: string, message: string, status = 403): void {
  response
    .status(status)
    .set('Connection', 'close')
    .type('application/xml')
    .send(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
}
