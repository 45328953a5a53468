import { balance, type Facts, type Order } from '../../../scripts/demo/ledger.ts';
import { table } from '../../../scripts/demo/table.ts';

const order = (id: number, placedAt: number, doneAt: number | undefined, receipts = 1): Order => ({
  id,
  placedAt,
  doneAt,
  receipts,
});

/** An act in which all went well: order 2 was placed while the workers stood still. */
const good: Facts = {
  page: { from: 1_000, to: 9_000 },
  standstill: { from: 2_000, to: 6_500 },
  visits: [
    { kind: 'served', edition: 1 },
    { kind: 'page' },
    { kind: 'page' },
    { kind: 'served', edition: 2 },
  ],
  editions: [1, 2],
  placed: [1, 2, 3],
  orders: [order(1, 500, 1_999), order(2, 3_000, 6_501), order(3, 9_500, 9_600)],
  customers: { before: ['1 Ada', '2 Plato'], after: ['1 Ada', '2 Plato'] },
  formation: { before: 'web=2:Standard-1X', after: 'web=2:Standard-1X' },
};

const value = (facts: Facts, label: string): string | undefined =>
  balance(facts).rows.find((row) => row.label === label)?.value;

it('draws up the numbers of an act in which all went well, and complains of nothing', () => {
  const { rows, complaints } = balance(good);
  expect(complaints).toEqual([]);
  expect(table(['act 2'], [rows])).toEqual([
    '                                                act 2',
    'the maintenance page was up for                 8.0 s',
    'the workers stood still for                     4.5 s',
    'requests served by the code before                  1',
    'requests given the maintenance page                 2',
    'requests served by the code after                   1',
    'requests lost                                       0',
    'orders placed while the workers stood still         1',
    'orders packed while the workers stood still         0',
    'orders in all: packed once                          3',
    '  missing, unpacked, packed twice             0, 0, 0',
    'customers in all: as before                         2',
    '  missing, doubled, altered                   0, 0, 0',
    'formation as found                                yes',
  ]);
});

it.each<[string, Partial<Facts>, string]>([
  [
    'a lost request',
    { visits: [...good.visits, { kind: 'lost', why: '503 Application error' }] },
    '1 requests were lost: 503 Application error',
  ],
  [
    'code that is neither the one before nor the one after',
    { visits: [...good.visits, { kind: 'served', edition: 7 }] },
    'another edition of the code served requests',
  ],
  [
    'visitors of whom none saw the page',
    { visits: good.visits.filter(({ kind }) => kind !== 'page') },
    'there were no requests before, in or after the window',
  ],
  [
    'an order that was packed in the window',
    { orders: [order(1, 500, 1_999), order(2, 3_000, 3_100), order(3, 9_500, 9_600)] },
    '1 orders were packed while the workers were to stand still',
  ],
  [
    'a window in which nobody ordered',
    { orders: [order(1, 500, 600), order(2, 600, 700), order(3, 9_500, 9_600)] },
    'no order was placed while the workers stood still',
  ],
  [
    'an order that is gone, one that was never packed, and one that was packed twice',
    {
      placed: [1, 2, 3, 4],
      orders: [order(1, 500, 600, 2), order(2, 3_000, 7_000), order(3, 9_500, undefined, 0)],
    },
    'orders missing, unpacked, packed twice: 1, 1, 1',
  ],
  [
    'a customer who is gone, one who is there twice, and one with another name',
    {
      customers: {
        before: ['1 Ada', '2 Plato', '3 Alan', '4 Grace'],
        after: ['1 Ada', '2 Pluto', '3 Alan', '3 Alan'],
      },
    },
    'customers missing, doubled, altered: 1, 1, 1',
  ],
  ['an empty table', { customers: { before: [], after: [] } }, 'there were no customers'],
  [
    'workers that were not brought back',
    { formation: { before: 'worker=2:Standard-1X', after: 'worker=0:Standard-1X' } },
    'the formation was worker=2:Standard-1X and is worker=0:Standard-1X now',
  ],
])('complains of %s', (_name, change, complaint) => {
  expect(balance({ ...good, ...change }).complaints).toEqual([complaint]);
});

it('says how many waited and how the formation ended', () => {
  const formation = { before: 'web=2:Standard-1X', after: 'web=1:Standard-1X' };
  expect(value({ ...good, formation }, 'formation as found')).toBe('NO');
  expect(value(good, 'orders placed while the workers stood still')).toBe('1');
});
