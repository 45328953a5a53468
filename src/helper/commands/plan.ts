import type { Settings } from '../../parameters/index.ts';
import { plan } from '../deployment/plan.ts';
import type { Ports } from '../deployment/ports.ts';
import { EXIT } from '../exit-codes.ts';
import type { Answer } from './command.ts';

/** `heroku-cd plan`: what `deploy` would do, and what would take it back. Changes nothing. */
export async function planCommand(ports: Ports, settings: Settings<'plan'>): Promise<Answer> {
  const planned = await plan(ports, settings);
  const heading = `${planned.app}: ${planned.deployed?.slice(0, 8) ?? 'nothing'} -> ${planned.commit.slice(0, 8)}`;
  const acts = planned.acts.flatMap((act, index) => [
    `${index + 1}. ${act.what}`,
    `   call: ${act.call}`,
    `   undo: ${act.undo}`,
  ]);
  return {
    exitCode: EXIT.succeeded,
    json: planned,
    lines: [
      heading,
      ...(acts.length > 0 ? acts : ['It is deployed already: nothing would be sent.']),
      ...planned.notes.map((note) => `Note: ${note}`),
    ],
  };
}
