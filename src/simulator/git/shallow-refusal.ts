import type { ServerResponse } from 'node:http';
import { band, flushPacket, packet } from './pkt-line.ts';
import type { PushRequest } from './push-request.ts';

const LINE =
  '!\tPush rejected, source repository is a shallow clone. ' +
  'Unshallow it with `git fetch --all --unshallow` and try pushing again.';

/**
 * Refuses a push from a shallow clone in git's own protocol, as Heroku does: the line above, then
 * `! [remote rejected] … (shallow update not allowed)`. git-receive-pack by itself refuses only where it lacks
 * the history that the pusher lacks.
 */
export function refuseShallowPush(response: ServerResponse, push: PushRequest): void {
  response.writeHead(200, {
    'Content-Type': 'application/x-git-receive-pack-result',
    'Cache-Control': 'no-cache',
  });
  response.end(report(push));
}

function report({ refs, capabilities }: PushRequest): Buffer {
  const has = (name: string) => capabilities.includes(name);
  const status =
    has('report-status') || has('report-status-v2')
      ? [
          packet('unpack ok\n'),
          ...refs.map((ref) => packet(`ng ${ref} shallow update not allowed\n`)),
          flushPacket,
        ]
      : [];
  if (!has('side-band-64k')) return Buffer.concat(status);
  return Buffer.concat([band(2, Buffer.from(`${LINE}\n`)), band(1, Buffer.concat(status)), flushPacket]);
}
