import { parseFormation } from '../../../src/helper/settings/formation-list.ts';
import { checkFormation } from '../../../src/parameters/formation.ts';

test('reads types, quantities and sizes, with blanks, line breaks or commas between them', () => {
  expect(parseFormation(' worker=3:standard-2x, clock=1\nmail_out=0 ')).toEqual([
    { type: 'worker', quantity: 3, size: 'standard-2x' },
    { type: 'clock', quantity: 1 },
    { type: 'mail_out', quantity: 0 },
  ]);
});

test('gives nothing for an empty list', () => {
  expect(parseFormation('')).toEqual([]);
});

test.each(['worker=3:standard-2x clock=1', 'web=0', 'web=1:dyno-1c-0.5gb', 'a=1,b=2'])(
  'lets %j through',
  (value) => {
    expect(checkFormation(value)).toBeUndefined();
  },
);

test.each([
  ['worker', '"worker" is not understood'],
  ['worker=', '"worker=" is not understood'],
  ['worker=x', '"worker=x" is not understood'],
  ['worker=-1', '"worker=-1" is not understood'],
  ['worker=1.5', '"worker=1.5" is not understood'],
  ['worker+1', '"worker+1" is not understood'],
  ['worker=3:', '"worker=3:" is not understood'],
  ['worker = 3', '"worker" is not understood'],
  ['worker=1 clock', '"clock" is not understood'],
  ['worker=$(id)', '"worker=$(id)" is not understood'],
  ['worker=100000', '"worker=100000" is not understood'],
  [' , ', 'process types with their quantities are wanted'],
  ['worker=1 clock=1 worker=2', 'worker is named twice'],
])('does not let %j through', (value, why) => {
  expect(checkFormation(value)).toContain(why);
});
