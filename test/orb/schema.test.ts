import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromYaml } from '../../src/orb/tree/index.ts';
import { ROOT, checkedOrb } from './support/orb.ts';
import { describeWithSchema, officialSchema, schemaErrors } from './support/schema.ts';

describeWithSchema('the official schema', () => {
  const validate = officialSchema();
  const { packed, orb } = checkedOrb();

  it('accepts the packed orb', () => {
    expect(schemaErrors(validate, fromYaml(packed))).toEqual([]);
  });

  it.each(Object.entries(orb.examples))('accepts the usage of %s as a configuration', (_name, body) => {
    expect(schemaErrors(validate, body['usage'])).toEqual([]);
  });

  it('accepts the project’s own pipeline', () => {
    const config = fromYaml(readFileSync(join(ROOT, '.circleci', 'config.yml'), 'utf8'));
    expect(schemaErrors(validate, config)).toEqual([]);
  });

  it('takes a time to save a cache, and none to restore one', () => {
    const withStep = (step: object) => {
      const changed = structuredClone(fromYaml(packed)) as { commands: Record<string, Record<string, unknown>> };
      changed.commands['deploy']!['steps'] = [step];
      return schemaErrors(validate, changed);
    };
    const saving = { name: 'Save', key: 'k', paths: ['x'] };
    expect(withStep({ save_cache: { ...saving, when: 'always' } })).toEqual([]);
    expect(withStep({ save_cache: { ...saving, when: 'sometimes' } })).not.toEqual([]);
    expect(withStep({ restore_cache: { name: 'Restore', keys: ['k'] } })).toEqual([]);
    expect(withStep({ restore_cache: { name: 'Restore', keys: ['k'], when: 'always' } })).not.toEqual([]);
  });

  it('still refuses what is wrong', () => {
    const broken = structuredClone(fromYaml(packed)) as { commands: Record<string, Record<string, unknown>> };
    const deploy = broken.commands['deploy'] ?? {};
    deploy['steps'] = [{ run: { command: 'true', no_output_timeout: 'soon' } }];
    expect(schemaErrors(validate, broken)).not.toEqual([]);
    deploy['steps'] = [];
    deploy['resourceClass'] = 'small';
    expect(schemaErrors(validate, broken)).not.toEqual([]);
  });
});
