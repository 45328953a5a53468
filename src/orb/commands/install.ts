import type { OrbContext } from '../context.ts';
import { DIGEST_VARIABLE, payloadVariable, UNPACK_VARIABLE } from '../hand-over.ts';
import { command, include, run, type OrbElement } from '../sdk/index.ts';

/** Where the unpacked orb keeps the packed helper, by the index of its part. */
export function payloadFile(index: number): string {
  return `scripts/heroku-cd.cjs.br${index === 0 ? '' : `.${index + 1}`}.b64`;
}

/**
 * Unpacks the helper out of the orb.
 *
 * The payload is a value of the step's environment rather than part of its script. Linux gives both the
 * same limit (128 KiB for one string), so size does not decide; several values hold what one does not. What does: CircleCI shows a step's script
 * at the head of its log, where a hundred kilobytes of base64 would bury the few lines that people should
 * be able to read; the script stays a file that shellcheck checks as it runs; and `circleci orb pack`
 * takes an include only as the whole of a value, so a script with the payload inside would have to be a
 * generated file itself. The variable is gone with its step: steps are processes of their own.
 */
export function installCommand(context: OrbContext): OrbElement {
  return command({
    name: 'install',
    description:
      'Unpack the heroku-cd helper, which this orb carries, to `~/.local/share/heroku-cd`. Nothing is downloaded: the helper is verified by its SHA-256 and unpacked by Node.js, which the image must have in version 20 or newer. Does nothing when it is there already; the other commands run it by themselves.',
    steps: [
      run({
        name: 'Install heroku-cd',
        environment: {
          [DIGEST_VARIABLE]: context.payload.sha256,
          [UNPACK_VARIABLE]: include('scripts/unpack.cjs'),
          ...Object.fromEntries(
            context.payload.parts.map((_text, index) => [payloadVariable(index), include(payloadFile(index))]),
          ),
        },
        command: include('scripts/install.sh'),
      }),
    ],
  });
}
