import { axe, chromiumOnDemand } from './chromium.ts';

const chromium = chromiumOnDemand();
afterAll(() => chromium.close());

it('opens a page as a phone in the dark shows it, and hears what goes wrong in it', async () => {
  const opened = await chromium.openPage('<p>Hello<script>throw new Error("gone wrong")</script>', {
    dark: true,
  });
  expect(
    await opened.page.evaluate('[innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]'),
  ).toEqual([360, true]);
  expect(opened.troubles.join()).toMatch('gone wrong');
});

it('lets axe find what is wrong, in frames too', async () => {
  const { page } = await chromium.openPage('<iframe title="x" srcdoc="<button></button>"></iframe>');
  expect((await axe({ page })).join()).toMatch('button-name');
});
