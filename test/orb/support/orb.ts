import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARAMETERS, type ParameterDefinition } from '../../../src/parameters/index.ts';
import type { Checked } from '../../../src/orb/checks/index.ts';
import { payloadFile } from '../../../src/orb/commands/install.ts';
import type { OrbContext } from '../../../src/orb/context.ts';
import { buildOrb } from '../../../src/orb/orb.ts';
import { packPayload } from '../../../src/orb/payload.ts';
import type { OrbDocument } from '../../../src/orb/sdk/index.ts';
import { fromYaml, pack, readTree, unpackedTree, type FileTree } from '../../../src/orb/tree/index.ts';

export const ROOT = join(__dirname, '..', '..', '..');

/** Stands for the bundled helper: says how it was called. */
export const HELPER = Buffer.from('#!/usr/bin/env node\nconsole.log("helper", process.argv.slice(2).join(" "));\n');

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export function contextWith(
  definitions: readonly ParameterDefinition[] = PARAMETERS,
  helper: Uint8Array = HELPER,
): OrbContext {
  return {
    definitions,
    version: manifest.version,
    namespace: 'acme',
    payload: packPayload(helper),
    homeUrl: 'https://example.com/heroku-cd',
    sourceUrl: 'https://example.com/heroku-cd.git',
  };
}

/** The sources of the orb's scripts. */
export function projectScripts(): FileTree {
  // Bundled by the generator; whether it is up to date is another check's.
  const bundled = 'goes-nowhere.cjs';
  const text = readFileSync(join(ROOT, 'orb', 'src', 'scripts', bundled), 'utf8');
  return new Map([...readTree(join(ROOT, 'src', 'orb', 'scripts')), [bundled, text]]);
}

/** The orb's scripts, and the payload as the generator adds it. */
export function scriptsWith(context: OrbContext): FileTree {
  const parts = context.payload.parts.map(
    (text, index) => [payloadFile(index).replace('scripts/', ''), text] as const,
  );
  return new Map([...projectScripts(), ...parts]);
}

/** The orb in every form that the checks look at. */
export function checkedOrb(context: OrbContext = contextWith(), orb: OrbDocument = buildOrb(context)): Checked {
  const tree = unpackedTree(orb, scriptsWith(context));
  return { orb, tree, packed: pack(tree), context };
}

/** A run step of the packed orb, as the compiler would hand it on before parameters are put in. */
export interface RunStep {
  readonly name: string;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The run steps of a command of the packed orb. */
export function runSteps(packed: string, command: string): RunStep[] {
  const orb = fromYaml(packed) as { commands: Record<string, { steps: { run?: RunStep }[] }> };
  return (orb.commands[command]?.steps ?? []).flatMap(({ run }) =>
    run === undefined
      ? []
      : [
          {
            ...run,
            command: run.command.replaceAll('\\<<', '<<'),
            environment: Object.fromEntries(
              Object.entries(run.environment ?? {}).map(([name, value]) => [name, value.replaceAll('\\<<', '<<')]),
            ),
          },
        ],
  );
}
