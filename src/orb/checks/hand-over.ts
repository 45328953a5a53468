import { environmentName } from '../../parameters/index.ts';
import { COMMAND_LINE_VARIABLE } from '../hand-over.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, namedElements, references, walkSteps } from './walk.ts';

/** Parameters reach the helper: each under its own variable, and all that a call of it takes. */
export function checkHandOver({ orb, context }: Checked): Finding[] {
  return namedElements(orb).flatMap(({ element, body }) =>
    walkSteps(body['steps']).flatMap(({ name, args }) => {
      const environment = name === 'run' && isRecord(args) ? args['environment'] : undefined;
      if (!isRecord(environment)) return [];
      return [...renamed(environment), ...leftOut(environment, context)].map((fault) => ({ element, ...fault }));
    }),
  );
}

type Fault = Omit<Finding, 'element'>;

/** The helper looks for a parameter under one variable and nowhere else. */
function renamed(environment: Readonly<Record<string, unknown>>): Fault[] {
  return Object.entries(environment).flatMap(([variable, value]) =>
    references(String(value))
      .filter((parameter) => environmentName(parameter) !== variable)
      .map((parameter) => ({
        parameter,
        message: `it is handed over as ${variable} instead of ${environmentName(parameter)}`,
      })),
  );
}

/** What one of several calls does not get has its default there: one run would act on two sets of values. */
function leftOut(environment: Readonly<Record<string, unknown>>, { definitions }: Checked['context']): Fault[] {
  const words = environment[COMMAND_LINE_VARIABLE];
  if (typeof words !== 'string') return [];
  const [command] = words.split(' ');
  return definitions
    .filter(({ commands, commandLineOnly }) => commandLineOnly === undefined && commands.some((one) => one === command))
    .filter(({ name }) => !references(String(environment[environmentName(name)])).includes(name))
    .map(({ name }) => ({ parameter: name, message: `the call ${JSON.stringify(words)} does not get it` }));
}
