import { faultOf, jobsOf } from '../helpers.ts';

const text = (condition: string): string => `
parameters: {empty: {type: string, default: ""}, no: {type: boolean, default: false}, n: {type: integer, default: 0}}
jobs:
  build:
    docker: [{image: a}]
    steps: [{when: {condition: ${condition}, steps: [{run: held}]}}, {run: always}]
`;

const holds = (condition: string): boolean =>
  (jobsOf(text(condition)).build as { steps: unknown[] }).steps.length === 2;

describe('conditions', () => {
  it.each(['true', '1', '-1', 'a', '"false"', '"0"', '" "', '{not: 0}', '{not: }', '[]'])(
    'hold for %s',
    (value) => {
      expect(holds(value)).toBe(true);
    },
  );

  it.each(['false', 'no', 'off', '0', '""', 'null', '~', '{}', '{and: }', '{or: }', '{equal: }', '.nan'])(
    'fail for %s',
    (value) => {
      expect(holds(value)).toBe(false);
    },
  );

  it.each([
    ['"<< pipeline.parameters.empty >>"', false],
    ['<< pipeline.parameters.no >>', false],
    ['<< pipeline.parameters.n >>', false],
    ['"x<< pipeline.parameters.empty >>"', true],
    ['{and: [true, 1, a]}', true],
    ['{and: [true, ""]}', false],
    ['{or: [false, "", 0]}', false],
    ['{or: [false, {and: [true, {not: false}]}]}', true],
    ['{equal: [a, a, a]}', true],
    ['{equal: [a, a, b]}', false],
    ['{equal: [1, "1"]}', false],
    ['{equal: [true, "true"]}', false],
    ['{equal: [{a: [1]}, {a: [1]}]}', true],
    ['{equal: [{a: [1]}, {a: [2]}]}', false],
    ['{equal: [main, << pipeline.git.branch >>]}', true],
    ['{matches: {pattern: "^ma.+$", value: << pipeline.git.branch >>}}', true],
    ['{matches: {pattern: "ma", value: main}}', false],
    ['{matches: {pattern: "(?i)MAIN", value: main}}', true],
    ['{matches: {pattern: "\\\\Amain\\\\z", value: main}}', true],
    ['{matches: {pattern: ".*", value: << pipeline.git.tag >>}}', true],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it.each([
    ['{nor: [a]}', "Unknown logic operator 'nor': expected one of and, or, not, equal, matches"],
    ['{and: [a], or: [b]}', "A logic statement has one operator, not 'and' and 'or'."],
    ['{and: []}', "'and' takes a list of at least one value."],
    ['{equal: a}', "'equal' takes a list of at least one value."],
    ['{matches: a}', "'matches' takes 'pattern' and 'value'."],
    ['{matches: {pattern: "(", value: a}}', /The pattern "\(" cannot be used/],
    ['{matches: {pattern: "a++", value: a}}', /The pattern "a\+\+" cannot be used/],
  ])('refuse %s', (condition, reason) => {
    const fault = faultOf(() => jobsOf(text(condition)));
    expect(fault.reason).toMatch(reason);
    expect(fault).toMatchObject({ element: 'job build, step 1', place: { line: 7 } });
  });
});
