import { AIMS } from '../../../scripts/lib/bench/aims.ts';
import { costFigures, NOT_INSTALLED, type Figure } from '../../../scripts/lib/bench/figures.ts';
import { PARTS, SECTIONS, type SectionTitle } from '../../../scripts/lib/bench/parts.ts';
import { shown, toMarkdown, type Report } from '../../../scripts/lib/bench/report.ts';

const cost = { time: 10, cpu: 5 };
const figures = new Map<SectionTitle, Figure[]>([
  ['In a job', costFigures('start-up-cli', ['ours', [cost]], ['theirs', undefined])],
  ['A push', costFigures('install', ['ours', [cost]], ['theirs', [{ time: 400, cpu: 4 }]])],
]);
const report: Report = { date: new Date(0), machine: { CPUs: '2' }, rounds: 5, figures, sizes: [] };

describe('the report', () => {
  const text = toMarkdown(report);

  it('has a section for what was measured, with what has to be known of it', () => {
    const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['Machine', 'In a job', 'A push']);
    expect(text).toContain(SECTIONS['A push']);
    expect(text).not.toContain(SECTIONS.Downtime);
  });

  it('says where there is nothing to compare with', () => {
    expect(text).toContain(`| ours: time | theirs | ${NOT_INSTALLED} |  | ≤ ${AIMS['start-up-cli-time']} |`);
  });

  it('shows small ratios as they are', () => {
    expect(text).toContain('| ours: time | theirs | 0.025 | 0.025 – 0.025 |');
    expect(text).toContain('| ours: CPU time | theirs | 1.25 | 1.25 – 1.25 |');
    expect([0.0994, 0.1, 12.345].map(shown)).toEqual(['0.099', '0.10', '12.35']);
  });
});

describe('the parts', () => {
  it('have names of their own, and leave no section empty', () => {
    expect(new Set(PARTS.map(({ name }) => name)).size).toBe(PARTS.length);
    expect(new Set(PARTS.map(({ section }) => section))).toEqual(new Set(Object.keys(SECTIONS)));
  });
});
