import { fromYaml, type FileTree } from '../tree/index.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, parametersIn, references, texts, walkSteps } from './walk.ts';

/**
 * The rules of CircleCI's orb-tools review that hold without a network, on the unpacked orb. RC010 (no
 * dashes in names) is left out on purpose: components and parameters are kebab-case here, as in the
 * official Heroku orb, so that its users can move over. RC006 and RC007 fetch addresses, RC011 needs a tag.
 */
export function checkOrbTools({ tree }: Checked): Finding[] {
  return [...rootRules(tree), ...elementRules(tree)];
}

/** RC005 asks for at least so many characters. */
const SHORTEST_DESCRIPTION = 64;

/** RC009 lets a command of at most so many characters stand in the orb itself. */
const LONGEST_INLINE_COMMAND = 64;

function rootRules(tree: FileTree): Finding[] {
  const findings: Finding[] = [];
  const root = fromYaml(tree.get('@orb.yml') ?? '');
  const { display, description } = isRecord(root) ? root : {};
  if (!isRecord(display) || typeof display['source_url'] !== 'string' || display['source_url'] === '') {
    findings.push({ element: '@orb', message: 'RC001: display.source_url is missing' });
  }
  if (typeof description !== 'string' || description.length < SHORTEST_DESCRIPTION) {
    const message = `RC005: the description has less than ${SHORTEST_DESCRIPTION} characters`;
    findings.push({ element: '@orb', message });
  }
  const examples = [...tree.keys()].filter((file) => /^examples\/.*\.ya?ml$/.test(file));
  if (examples.length === 0) findings.push({ element: '@orb', message: 'RC003: there is no example' });
  for (const file of examples.filter((file) => file.slice('examples/'.length).includes('example'))) {
    const message = 'RC004: an example is named by what it is for, without the word "example"';
    findings.push({ element: elementOf(file), message });
  }
  return findings;
}

function elementRules(tree: FileTree): Finding[] {
  return [...tree.keys()].flatMap((file) => {
    if (!/^(commands|jobs|executors|examples)\/.*\.ya?ml$/.test(file)) return [];
    const body = fromYaml(tree.get(file) ?? '');
    const element = elementOf(file);
    if (!isRecord(body)) return [{ element, message: 'it is not a map' }];
    const findings: Finding[] = [];
    if (typeof body['description'] !== 'string' || body['description'].trim() === '') {
      findings.push({ element, message: 'RC002: it has no description' });
    }
    if (/^(commands|jobs)\//.test(file)) {
      findings.push(...runRules(element, body), ...cacheKeyRule(element, body));
    }
    return findings;
  });
}

function runRules(element: string, body: Record<string, unknown>): Finding[] {
  return walkSteps(body['steps'])
    .filter(({ name }) => name === 'run')
    .flatMap(({ args }) => {
      if (!isRecord(args)) return [{ element, message: 'RC008: a run step has no name' }];
      const { name, command } = args;
      const title = typeof name === 'string' && name !== '' ? name : undefined;
      const findings: Finding[] = [];
      if (title === undefined) findings.push({ element, message: 'RC008: a run step has no name' });
      if (
        typeof command === 'string' &&
        command.length > LONGEST_INLINE_COMMAND &&
        !command.includes('<<include(')
      ) {
        const message = `RC009: the command of ${JSON.stringify(title)} is long and not an included script`;
        findings.push({ element, message });
      }
      return findings;
    });
}

/** A `$` in a cache key is not expanded: the key would be the same for every value of the variable. */
function cacheKeyRule(element: string, body: Record<string, unknown>): Finding[] {
  const parameters = parametersIn(body);
  return texts(body['steps']).flatMap(({ path, text, isKey }) => {
    const last = path.filter((part) => !/^\d+$/.test(part)).at(-1) ?? '';
    if (isKey || !/keys?$/.test(last)) return [];
    return references(text)
      .filter((parameter) => holdsDollar(parameters[parameter]?.default))
      .map((parameter) => ({
        element,
        parameter,
        message: 'RC012: its default holds a $, and it is used in a cache key, where nothing expands it',
      }));
  });
}

function holdsDollar(value: unknown): boolean {
  return typeof value === 'string' && value.includes('$');
}

function elementOf(file: string): string {
  return file.replace(/\.ya?ml$/, '');
}
