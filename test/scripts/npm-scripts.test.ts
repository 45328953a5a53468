import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, runScript as script } from './support/project.ts';

describe('generating', () => {
  const roots = [copyProject('a'), copyProject('project with a blank')];
  const [root = ''] = roots;
  afterAll(() => {
    for (const each of roots) rmSync(join(each, '..'), { recursive: true, force: true });
  });

  it('is missed by the check until it was done', () => {
    const before = script(root, 'check-generated.ts');
    expect(before).toMatchObject({ status: 1, stdout: '' });
    expect(before.stderr).toContain('  orb/orb.yml: missing\n');
    expect(before.stderr).toContain('Run `npm run generate` and commit what it writes.');

    const generated = script(root, 'generate.ts');
    expect(generated).toMatchObject({ status: 0, stderr: '' });
    expect(generated.stdout).toContain('wrote orb/orb.yml\n');
    expect(script(root, 'check-generated.ts')).toEqual({
      status: 0,
      stdout: 'Generated files are up to date.\n',
      stderr: '',
    });
  });

  it('gives the same bytes in another folder', () => {
    const [, other = ''] = roots;
    expect(script(other, 'generate.ts').status).toBe(0);
    for (const path of ['orb/orb.yml', 'orb/LICENSES.txt', 'docs/reference/orb.md']) {
      expect(readFileSync(join(other, path), 'utf8')).toBe(readFileSync(join(root, path), 'utf8'));
    }
  });

  it('takes the namespace from ORB_NAMESPACE', () => {
    expect(script(root, 'generate.ts', { ORB_NAMESPACE: 'acme' }).status).toBe(0);
    expect(readFileSync(join(root, 'orb', 'orb.yml'), 'utf8')).toMatch(
      /heroku-cd: acme\/heroku-cd@\d+\.\d+\n/,
    );
  });

  it('writes nothing of an orb that breaks a rule', () => {
    const before = readFileSync(join(root, 'orb', 'orb.yml'), 'utf8');
    const { status, stderr } = script(root, 'generate.ts', { ORB_NAMESPACE: 'Acme Inc' });
    expect(status).toBe(1);
    expect(stderr).toContain('@orb: "Acme Inc" is no namespace');
    expect(readFileSync(join(root, 'orb', 'orb.yml'), 'utf8')).toBe(before);
  });

  it('bundles the helper as a program, with its licences and sizes beside it', () => {
    const { status, stdout } = script(root, 'bundle.ts');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^dist\/heroku-cd\.cjs: \d+ bytes, \d+ packed\n$/);
    for (const file of ['heroku-cd.cjs', 'LICENSES.txt', 'heroku-cd.size.txt']) {
      expect(existsSync(join(root, 'dist', file))).toBe(true);
    }
    const { stdout: version } = spawnSync(join(root, 'dist', 'heroku-cd.cjs'), ['--version'], {
      encoding: 'utf8',
    });
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
