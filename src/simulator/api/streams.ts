import type { Request, Response } from 'express';
import type { OutputStream } from '../platform/output-stream.ts';
import type { Platform } from '../platform/platform.ts';
import type { Routes } from './context.ts';
import { endpoint, pathParameter } from './context.ts';

type Kind = 'builds' | 'releases';

/** The address of an output stream; whoever has it may read, without credentials. */
export function streamUrl(
  platform: Platform,
  kind: Kind,
  { id, output }: { readonly id: string; readonly output: OutputStream | null },
): string {
  return `${platform.addresses.api}/_streams/${kind}/${id}?token=${output?.token ?? ''}`;
}

/**
 * Serves output streams: plain text in chunks until the end, from a byte on with `Range: bytes=N-`, and 404
 * before the command has started (Dev Center: build output, release phase).
 */
export function addStreams(routes: Routes, platform: Platform): void {
  routes.get(
    '/_streams/:kind/:id',
    endpoint((request, response) => {
      const output = findStream(platform, request);
      if (!output?.started) {
        response.status(404).type('text/plain').send('Not Found\n');
        return;
      }
      send(request, response, output);
    }),
  );
}

function findStream(platform: Platform, request: Request): OutputStream | undefined {
  const id = pathParameter(request, 'id');
  const lists = platform.apps.all.flatMap((app): readonly { id: string; output: OutputStream | null }[] =>
    pathParameter(request, 'kind') === 'builds' ? app.builds : app.releases,
  );
  const output = lists.find((each) => each.id === id)?.output ?? undefined;
  return output?.token === request.query['token'] ? output : undefined;
}

function send(request: Request, response: Response, output: OutputStream): void {
  const offset = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (offset > 0 && output.ended && offset >= output.length) {
    response.status(416).set('Content-Range', `bytes */${output.length}`).end();
    return;
  }
  response.status(offset > 0 ? 206 : 200).type('text/plain');
  if (offset > 0) response.set('Content-Range', `bytes ${offset}-/*`);
  response.flushHeaders();
  const stop = output.read(
    offset,
    (bytes) => response.write(bytes),
    () => response.end(),
  );
  response.on('close', stop);
}
