import { Refusal } from '../errors.ts';
import type { Secret } from '../output/secret.ts';
import type { App } from '../ports/heroku.ts';

/** Where a dyno's input and output are to be had. */
export interface AttachTarget {
  readonly host: string;
  readonly port: number;
  /** Opens the connection, once. */
  readonly secret: string;
}

/** As in the Platform API Reference's example of an attach URL. */
const DEFAULT_PORT = 5000;

/**
 * Reads `rendezvous://host:port/secret`, the attach URL of the Common Runtime.
 * @returns undefined where it is anything else, such as the `https` URL of a Private Space or of Fir.
 */
export function parseAttachUrl(attachUrl: Secret): AttachTarget | undefined {
  const text = attachUrl.reveal();
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const secret = `${url.pathname.replace(/^\//, '')}${url.search}`;
  if (url.protocol !== 'rendezvous:' || url.hostname === '' || secret === '') return undefined;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    secret,
  };
}

/** The refusal of an app whose one-off dynos are attached to over SSH; undefined for any other. */
export function refuseApp(app: App): Refusal | undefined {
  if (app.generation === 'fir') return notSupported(app.name, 'it is an app of the Fir generation');
  if (app.space !== undefined) return notSupported(app.name, `it is in the Private Space ${app.space}`);
  return undefined;
}

/** The refusal of an attach URL that is not of the Common Runtime. */
export function refuseAttachUrl(app: string): Refusal {
  return notSupported(app, 'Heroku gave its dyno another kind of connection');
}

function notSupported(app: string, reason: string): Refusal {
  return new Refusal({
    what: `One-off dynos of ${app} are not supported yet: ${reason}.`,
    why: 'Private Spaces and Fir attach a one-off dyno over SSH, which heroku-cd does not speak.',
    next: `Run the command yourself with \`heroku run --exit-code -a ${app} -- …\`, or as the app's \`release\` process.`,
    parameter: 'app-name',
  });
}
