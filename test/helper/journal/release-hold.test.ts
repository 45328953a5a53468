import { releaseHold } from '../../../src/helper/journal/release-hold.ts';
import { checkFormation } from '../../../src/parameters/formation.ts';

const command = (
  stopped: readonly string[],
  formation: Readonly<Record<string, number>>,
  maintenance = true,
) =>
  releaseHold({
    app: { id: '1', name: 'acme-shop' },
    found: {
      maintenance: !maintenance,
      preboot: null,
      formation: Object.entries(formation).map(([type, quantity]) => ({
        type,
        quantity,
        size: 'standard-1x',
      })),
      release: null,
      slugId: null,
      commit: null,
    },
    set: { maintenance, stopped: [...stopped] },
  });

const OPEN = 'heroku-cd recover --app-name acme-shop --release-hold';

test.each([
  [
    'names what was stopped',
    command(['worker', 'clock'], { web: 2, worker: 3, clock: 1 }),
    'worker=3,clock=1',
  ],
  ['names web where nothing was stopped', command([], { web: 2, worker: 0 }), 'web=2'],
])('%s, as the parameter takes it', (_what, said, formation) => {
  expect(said).toBe(`${OPEN} --formation ${formation}`);
  expect(checkFormation(formation)).toBeUndefined();
});

test.each([
  ['an app without processes', command([], {})],
  ['a page that was on before and has to stay on', command(['worker'], { worker: 1 }, false)],
])('names nothing for %s', (_what, said) => {
  expect(said).toBe(OPEN);
});
