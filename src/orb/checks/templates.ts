import { fromYaml } from '../tree/index.ts';
import type { Checked, Finding } from './finding.ts';
import { isRecord, references, templates, texts, type Body } from './walk.ts';

/** What may stand between `<<` and `>>` in an orb: pipeline values, but never pipeline parameters. */
const ALLOWED = /^\s*(parameters\.[\w-]+|pipeline\.(?!parameters\.)[\w.-]+)\s*>>$/;
const ALLOWED_IN_USAGE = /^\s*(parameters|pipeline)\.[\w.-]+\s*>>$/;

/** Every `<<` is a template that the compiler knows, or escaped; and none is inside of shell text. */
export function checkTemplates({ orb, packed, tree }: Checked): Finding[] {
  const findings: Finding[] = [];
  const compiled = fromYaml(packed);
  for (const section of ['executors', 'commands', 'jobs', 'examples'] as const) {
    const bodies = isRecord(compiled) && isRecord(compiled[section]) ? compiled[section] : {};
    for (const [name, body] of Object.entries(bodies)) {
      const allowed = section === 'examples' ? ALLOWED_IN_USAGE : ALLOWED;
      findings.push(...unescaped(`${section}/${name}`, body, allowed));
      if (section !== 'examples') findings.push(...interpolated(`${section}/${name}`, body as Body));
    }
  }
  findings.push(...unescaped('@orb', { description: orb.description, display: orb.display }, /^$/));
  for (const [file, text] of tree) {
    if (file.startsWith('scripts/') && text.includes('\\<<')) {
      const message = 'it escapes << by itself, and packing would escape it once more';
      findings.push({ element: file, message });
    }
  }
  return findings;
}

function unescaped(element: string, body: unknown, allowed: RegExp): Finding[] {
  return texts(body).flatMap(({ path, text }) =>
    templates(text)
      .filter((template) => template === undefined || !allowed.test(template))
      .map((template) => {
        const where = path.join('.') || 'a key';
        const what = JSON.stringify(`<<${template ?? ''}`);
        return { element, message: `${where}: ${what} is neither a template nor escaped as \\<<` };
      }),
  );
}

/** A value in the text of a script would be run by the shell: `environment` is how values travel. */
function interpolated(element: string, body: Body): Finding[] {
  return texts(body).flatMap(({ path, text, isKey }) =>
    !isKey && (path.at(-1) === 'command' || path.at(-1) === 'run')
      ? references(text).map((parameter) => ({
          element,
          parameter,
          message: 'it is put into the text of a shell script; hand it over by environment',
        }))
      : [],
  );
}
