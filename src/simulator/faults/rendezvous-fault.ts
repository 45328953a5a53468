/** Which connections to one-off dynos a fault meets. */
export interface RendezvousMatch {
  readonly surface: 'rendezvous';
  /**
   * A regular expression for `/apps/<app>/dynos/<dyno>`. Not for what happens before the connection is secured:
   * until then nobody knows which dyno it is for.
   */
  readonly path?: string;
  /** Counting from 1, the first of the matching connections that is met; every one from the first on if missing. */
  readonly nth?: number;
  /** How many are met; 1 where `nth` is given, otherwise all. */
  readonly times?: number;
}

/** What befalls a connection before it is secured. */
export type ConnectionEffect =
  /** It is reset as soon as it is there. */
  | { readonly kind: 'refuse' }
  /** The server shows a certificate of an authority that nobody knows. */
  | { readonly kind: 'wrong-certificate' };

/** What befalls a connection that has named its dyno. Bytes are those of the output, without the greeting. */
export type AttachEffect =
  /** No greeting comes. The command starts only where `starts` says so. */
  | { readonly kind: 'no-greeting'; readonly then?: 'close' | 'stall'; readonly starts?: boolean }
  /** The greeting and the first output come in one record. */
  | { readonly kind: 'greeting-with-output' }
  /** Everything comes in records of so many bytes at the most. */
  | { readonly kind: 'split'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** After so many bytes nothing comes any more, not even the end; the process goes on. */
  | { readonly kind: 'stall'; readonly bytes: number }
  /**
   * The connection breaks after so many bytes: closed in good order, or reset (TCP RST). The process goes on
   * undisturbed, if nothing else is said: gets SIGHUP as when its client goes away, or SIGKILL.
   */
  | {
      readonly kind: 'cut';
      readonly bytes: number;
      readonly by?: 'close' | 'reset';
      readonly process?: 'goes-on' | 'hang-up' | 'kill';
    };

export type RendezvousEffect = ConnectionEffect | AttachEffect;

export function isConnectionEffect(effect: RendezvousEffect): effect is ConnectionEffect {
  return effect.kind === 'refuse' || effect.kind === 'wrong-certificate';
}
