import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AttachEffect } from '../faults/rendezvous-fault.ts';
import type { AttachedProcess, OneOff } from '../platform/one-offs/index.ts';
import type { OpenEntry } from '../requests/request-log.ts';
import { resetSocket } from '../servers/connection.ts';
import { Output } from './output.ts';

/** What was sent has to be read before a reset comes: Node.js takes one that comes along with data for an end. */
const settleMs = 20;

/** A client that has named its dyno. */
export interface Arrival {
  readonly socket: TLSSocket;
  /** What carries it. */
  readonly carrier: Socket;
  readonly entry: OpenEntry;
  /** Milliseconds without input and output after which the connection is closed. */
  readonly idleMs: number;
  /** Told when the connection is over. */
  onOver(): void;
}

/** Connects a client with its dyno until one of them is gone. */
export async function attach(
  arrival: Arrival,
  oneOff: OneOff,
  effect: AttachEffect | undefined,
): Promise<void> {
  const { socket, entry } = arrival;
  const output = new Output(socket, effect, () => strike(arrival, oneOff, effect));
  socket.on('data', (bytes: Buffer) => oneOff.receive(bytes));
  // From here on the client's end is noticed; until then its bytes wait.
  socket.on('close', () => {
    clientGone(entry, oneOff, effect);
    arrival.onOver();
  });
  socket.setTimeout(arrival.idleMs, () => socket.destroy());
  socket.resume();
  if (effect?.kind === 'no-greeting') return withoutGreeting(arrival, oneOff, output, effect);
  await output.greet();
  if (socket.destroyed) return;
  oneOff.attach(output);
  output.begin();
}

function withoutGreeting(
  { socket, entry }: Arrival,
  oneOff: OneOff,
  output: Output,
  effect: Extract<AttachEffect, { kind: 'no-greeting' }>,
): void {
  if (effect.starts === true) oneOff.attach(output);
  const closes = effect.then !== 'stall';
  entry.outcome = closes ? 'closed' : 'stalled';
  if (closes) socket.end();
}

function strike(
  { socket, carrier, entry }: Arrival,
  process: AttachedProcess,
  effect: AttachEffect | undefined,
): void {
  if (effect?.kind !== 'cut') {
    entry.outcome = 'stalled';
    return;
  }
  const isReset = effect.by === 'reset';
  entry.outcome = isReset ? 'reset' : 'closed';
  if (isReset) setTimeout(() => setImmediate(() => resetSocket(carrier)), settleMs);
  else socket.end();
  if (effect.process === 'hang-up') process.hangUp();
  if (effect.process === 'kill') process.kill();
}

/** A dyno whose client goes away gets to know it, unless the fault was that it does not. */
function clientGone(entry: OpenEntry, oneOff: OneOff, effect: AttachEffect | undefined): void {
  if (oneOff.state === 'ended') {
    if (entry.outcome === 'open') entry.outcome = 'answered';
    return;
  }
  const goesOn = effect?.kind === 'no-greeting' || entry.outcome === 'closed' || entry.outcome === 'reset';
  if (entry.outcome === 'open') entry.outcome = 'client-gone';
  if (!goesOn) oneOff.hangUp();
}
