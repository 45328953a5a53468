import { Failure } from '../errors.ts';
import type { AttachTarget } from './attach-url.ts';
import type { ConnectionEnd } from './rendezvous.ts';

/** Why the command's own word about its end did not come over the connection. */
export type Loss =
  | ConnectionEnd
  /** The dyno has ended, and the connection does not say so. */
  | { readonly kind: 'silent' }
  /** The dyno has to be stopped. */
  | { readonly kind: 'halted' };

/** A sentence about a connection that was up and is lost. */
export function describeLoss(loss: Loss, dyno: string): string {
  switch (loss.kind) {
    case 'halted':
      return `${dyno} was stopped before its command told its exit status.`;
    case 'silent':
      return `${dyno} ended without a word over its connection.`;
    case 'broken':
      return `The connection to ${dyno} broke${codeOf(loss)} before its command told its exit status.`;
    case 'closed':
    case 'unreachable':
    case 'untrusted':
    case 'no-greeting':
      return `The connection to ${dyno} was closed before its command told its exit status.`;
  }
}

/** Sentences about a command whose end is not known. */
export function describeUnknown(
  loss: Loss,
  about: {
    readonly name: string;
    readonly gone: boolean;
    readonly exitStatus: number | undefined;
    readonly errorCodes: readonly string[];
  },
): string {
  const sentences = [describeLoss(loss, about.name)];
  if (about.exitStatus !== undefined) {
    sentences.push(
      `It exited with status ${about.exitStatus} after it had been told to stop, which does not say that its work was done.`,
    );
  } else if (about.gone) {
    sentences.push("It is gone, and the app's log does not say with what status it exited.");
  } else {
    sentences.push('Heroku still lists it: it may be running.');
  }
  if (about.errorCodes.length > 0) {
    sentences.push(`Heroku logged ${about.errorCodes.join(', ')} about it (Dev Center: Error Codes).`);
  }
  return sentences.join(' ');
}

/** The error of a dyno that could not be attached to. Holds the host and port of its connection and no secret. */
export function connectionError(loss: Loss, dyno: string, target: AttachTarget): Failure {
  const place = `${target.host}:${target.port}`;
  if (loss.kind === 'untrusted') {
    return new Failure({
      what: `The certificate of what answers for ${dyno} at ${place} is not trusted${codeOf(loss)}.`,
      why: "Heroku starts a command once somebody is attached, so this run's was not started.",
      next: 'Give Node.js the authority that signed it in NODE_EXTRA_CA_CERTS, if you trust it.',
    });
  }
  if (loss.kind === 'unreachable') {
    return new Failure({
      what: `${dyno} could not be attached to: no connection to ${place}${codeOf(loss)}.`,
      why: "Heroku starts a command once somebody is attached, so this run's was not started.",
      next: `Allow outgoing connections to port ${target.port} (Dev Center: One-Off Dynos), then run again.`,
    });
  }
  return new Failure({
    what: `${dyno} could not be attached to: ${place} took the connection${'code' in loss ? ` and broke it${codeOf(loss)}` : ''} and did not greet.`,
    why: "Heroku starts a command once somebody is attached, so this run's was not started.",
    next: 'See https://status.heroku.com, then run again.',
  });
}

function codeOf(loss: { readonly code?: string | undefined }): string {
  return loss.code === undefined ? '' : ` (${loss.code})`;
}
