import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/project.ts';
import { TRIALS, type MutantTrial } from './support/mutant-trials.ts';
import { bundleMutant, ELSEWHERE, undoSites, UNDOS } from './support/mutants.ts';
import { Matrix, type Tried } from './support/matrix.ts';

let matrix: Matrix;

beforeAll(async () => {
  matrix = await Matrix.create();
}, 120_000);
afterAll(() => matrix.close());

/** What is wrong with a trial's outcome; empty where it is as it must be. */
function wrong({ exitCode, findings }: Tried, { expected }: MutantTrial): string {
  return [
    ...(expected.some((code) => code === exitCode)
      ? []
      : [`exit ${exitCode} instead of ${expected.join(' or ')}`]),
    ...findings,
  ].join('; ');
}

test(
  'the oracle finds every safeguard that is taken away, and nothing where none is',
  async () => {
    const programs = await Promise.all(
      TRIALS.map(async ({ mutant }, index) => {
        const file = join(matrix.stage.folder, `mutant-${index}.cjs`);
        await writeFile(file, await bundleMutant(mutant));
        return file;
      }),
    );
    const sound = await matrix.tryAll(TRIALS.map(({ trial }) => trial));
    const mutated = await matrix.tryAll(
      TRIALS.map(({ trial }, index) => ({ ...trial, program: programs[index] ?? '' })),
    );

    const rows = TRIALS.map((each, index) => {
      const [green, red] = [sound[index], mutated[index]];
      if (green === undefined || red === undefined) throw new Error('A trial was not tried.');
      const [found, { named = '' }] = [wrong(red, each), each];
      return {
        name: each.mutant.name,
        green: wrong(green, each),
        red: found.includes(named) ? found : '',
        log: green.log,
      };
    });
    process.stdout.write(
      `Mutation control: ${rows.length} safeguards taken away\n${rows
        .map(({ name, red }) => `  ${red === '' ? 'NOT FOUND' : 'found    '} ${name}: ${red}`)
        .join('\n')}\n`,
    );
    expect(rows.filter(({ green }) => green !== '')).toEqual([]);
    expect(rows.filter(({ red }) => red === '').map(({ name }) => name)).toEqual([]);
  },
  15 * 60_000,
);

test('every place that registers an undo has its mutant', () => {
  const folder = join(ROOT, 'src', 'helper');
  const sites = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => undoSites(file, readFileSync(join(folder, file), 'utf8')));
  const files = sites.map((site) => site.replace(/:\d+$/, '')).filter((file) => !(file in ELSEWHERE));
  expect(files.sort()).toEqual(UNDOS.map(({ file }) => file).sort());
});
