import { requireKnownTypes, typesToStop } from '../../../src/helper/window/selection.ts';

const formation = [
  { type: 'web', quantity: 2, size: 'Standard-1X', command: '' },
  { type: 'worker', quantity: 3, size: 'Standard-2X', command: '' },
  { type: 'clock', quantity: 1, size: 'Standard-1X', command: '' },
  { type: 'idle', quantity: 0, size: 'Standard-1X', command: '' },
];

test.each([
  ['workers', false, ['worker', 'clock']],
  ['workers', true, ['web', 'worker', 'clock']],
  ['none', false, []],
  ['none', true, ['web']],
  ['clock', false, ['clock']],
  ['clock, idle worker', false, ['worker', 'clock']],
])('scale-down %s, stop-web %s', (scaleDown, stopWeb, expected) => {
  expect(typesToStop(formation, { scaleDown, stopWeb })).toEqual(expected);
});

test('a name that no process type has is refused, for what it means would go on running', () => {
  expect(() => requireKnownTypes('clock,wroker', formation, undefined)).toThrow(
    'scale-down: the app has no process type wroker. It has web, worker, clock, idle.',
  );
});

test.each([
  ['one that comes with the commit', 'mailer', formation, 'web: npm start\nmailer : npm run mail\n'],
  ['none of an app that was never deployed', 'worker', [], undefined],
  ['workers', 'workers', formation, undefined],
])('%s is no mistake', (_what, scaleDown, live, procfile) => {
  expect(() => requireKnownTypes(scaleDown, live, procfile)).not.toThrow();
});
