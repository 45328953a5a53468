import { TestHeroku } from '../support/local.ts';

let test: TestHeroku;
beforeAll(async () => {
  test = await TestHeroku.start();
});
afterAll(() => test.close());

describe('lists', () => {
  beforeAll(async () => {
    await test.api('POST', '/apps', { name: 'listed' });
    for (const value of ['a', 'b', 'c', 'd']) {
      await test.api('PATCH', '/apps/listed/config-vars', { VALUE: value });
    }
  });

  const versions = async (range?: string) => {
    const answer = await test.api('GET', '/apps/listed/releases', undefined, range ? { Range: range } : {});
    const found =
      answer.status < 300 ? answer.body.map(({ version }: { version: number }) => version) : answer.body.id;
    return { status: answer.status, found, next: answer.headers.get('next-range') };
  };

  it('begin with the oldest by default', async () => {
    expect(await versions()).toEqual({ status: 200, found: [1, 2, 3, 4, 5, 6], next: null });
  });

  it.each([
    'version ..; max=2, order=desc',
    'version ..; order=desc,max=2',
    'version ..;order=desc;max=2',
    'version; max=2, order=desc',
  ])('%s gives the newest two, and how to go on', async (range) => {
    const first = await versions(range);
    expect(first).toMatchObject({ status: 206, found: [6, 5] });
    const second = await versions(first.next ?? '');
    expect(second).toMatchObject({ status: 206, found: [4, 3] });
    const third = await versions(second.next ?? '');
    expect(third).toEqual({ status: 200, found: [2, 1], next: null });
  });

  it.each([
    ['max=2', [1, 2]],
    ['version 3..', [3, 4, 5, 6]],
    ['version 3..4', [3, 4]],
    ['version ]3..5', [4, 5]],
    ['version 4..2; order=desc', [4, 3, 2]],
    ['id ..; max=1000;', 6],
  ])('%s', async (range, expected) => {
    const { found } = await versions(range);
    if (typeof expected === 'number') expect(found).toHaveLength(expected);
    else expect(found).toEqual(expected);
  });

  it.each([
    'version ..; max=0',
    'version ..; max=1001',
    'version ..; max=many',
    'colour ..',
    'version ..; order=up',
  ])('%s cannot be satisfied', async (range) => {
    expect(await versions(range)).toMatchObject({ status: 416, found: 'requested_range_not_satisfiable' });
  });
});
