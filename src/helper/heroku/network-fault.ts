import { types } from 'node:util';

export type FaultKind =
  /** No connection came about: nothing was sent. */
  | 'unreachable'
  /** The certificate is not trusted: nothing was sent. */
  | 'untrusted'
  /** No answer, or not all of it, within the time limit. */
  | 'timed-out'
  /** The connection broke, or what came over it is not HTTP. */
  | 'broken'
  /** The answer is larger than any that Heroku gives. */
  | 'too-large'
  /** A signal ended it. */
  | 'aborted';

/**
 * No usable answer. Made from what the HTTP client threw, of which only the code is kept: the rest may
 * carry the request with its headers.
 */
export class NetworkFault extends Error {
  readonly kind: FaultKind;
  /** The system's code, such as `ECONNRESET`. */
  readonly code: string | undefined;

  constructor(kind: FaultKind, code?: string) {
    super(code === undefined ? kind : `${kind} (${code})`);
    this.name = 'NetworkFault';
    this.kind = kind;
    this.code = code;
  }

  /** Whether it is certain that the server has not seen the request. */
  get unsent(): boolean {
    return this.kind === 'unreachable' || this.kind === 'untrusted';
  }
}

/** Codes that only come up while a connection is made, whatever the system call. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
]);
const UNTRUSTED = /^(?:CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/**
 * The fault behind an error that node-fetch or a socket threw.
 * @throws the error itself where it is none of the network's, such as a programming error.
 */
export function networkFaultOf(error: unknown): NetworkFault {
  if (error instanceof NetworkFault) return error;
  if (!types.isNativeError(error)) throw error;
  const { code, type, syscall, erroredSysCall } = error as Error &
    Record<'code' | 'type' | 'syscall' | 'erroredSysCall', unknown>;
  if (type === 'max-size') return new NetworkFault('too-large');
  if (typeof code !== 'string') throw error;
  if (UNTRUSTED.test(code)) return new NetworkFault('untrusted', code);
  // node-fetch puts its own error around that of the socket.
  const doing = erroredSysCall ?? syscall;
  const connecting = doing === 'connect' || doing === 'getaddrinfo';
  return new NetworkFault(connecting || UNREACHABLE.has(code) ? 'unreachable' : 'broken', code);
}
