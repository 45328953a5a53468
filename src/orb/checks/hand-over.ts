import { environmentName } from '../../parameters/index.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, namedElements, references, walkSteps } from './walk.ts';

/** A parameter travels under its own variable: the helper looks for it nowhere else. */
export function checkHandOver({ orb }: Checked): Finding[] {
  return namedElements(orb).flatMap(({ element, body }) =>
    walkSteps(body['steps']).flatMap(({ name, args }) => {
      const environment = name === 'run' && isRecord(args) ? args['environment'] : undefined;
      if (!isRecord(environment)) return [];
      return Object.entries(environment).flatMap(([variable, value]) =>
        references(String(value))
          .filter((parameter) => environmentName(parameter) !== variable)
          .map((parameter) => ({
            element,
            parameter,
            message: `it is handed over as ${variable} instead of ${environmentName(parameter)}`,
          })),
      );
    }),
  );
}
