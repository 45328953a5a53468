import { readFile } from 'node:fs/promises';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { launch, type Browser, type Page } from 'puppeteer-core';

/** How a page is looked at. */
export interface View {
  /** Width of the window in CSS pixels; that of a small phone unless given. */
  readonly width?: number;
  /** Whether the visitor prefers dark colours. */
  readonly dark?: boolean;
}

/** A page that is open, and everything that went wrong in it so far: on its console, in its scripts and requests. */
export interface OpenPage {
  readonly page: Page;
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/** One browser for all tests of a file. */
export interface Chromium {
  /** Opens a page by its address, or a text that starts with `<` as one, and waits until it has loaded. */
  openPage(htmlOrUrl: string, view?: View): Promise<OpenPage>;
  close(): Promise<void>;
}

/** Chromium, started when the first page is opened. Close it in `afterAll`. */
export function chromiumOnDemand(): Chromium {
  let browser: Promise<Browser> | undefined;
  return {
    async openPage(htmlOrUrl, { width = 360, dark = false } = {}) {
      browser ??= start();
      const page = await (await browser).newPage();
      const troubles: string[] = [];
      page.on('console', (message) => {
        const { url = '' } = message.location();
        // Chromium asks for one by itself, where a page names none.
        if (url.endsWith('/favicon.ico')) return;
        if (['error', 'warn'].includes(message.type())) troubles.push(`${message.text()} ${url}`);
      });
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('requestfailed', (request) =>
        troubles.push(`${request.url()}: ${request.failure()?.errorText}`),
      );
      await page.setViewport({ width, height: 740 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
      if (htmlOrUrl.trimStart().startsWith('<')) await page.setContent(htmlOrUrl);
      else await page.goto(htmlOrUrl);
      return { page, troubles, close: () => page.close() };
    },
    async close() {
      await (await browser)?.close();
    },
  };
}

/**
 * What axe-core finds wrong with the page, frames included: the rule, what it wants and where. Empty when nothing is.
 */
export async function axe({ page }: Pick<OpenPage, 'page'>): Promise<readonly string[]> {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  // It asks frames of other sites only where it is told to.
  const anywhere = 'axe.configure({ allowedOrigins: ["<unsafe_all_origins>"] });';
  for (const frame of page.frames()) await frame.evaluate(`${source};${anywhere}`);
  const found = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await inPage.run()).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help} (${target.flat().join(' ')})`),
  );
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly (string | readonly string[])[] }[];
  }[];
}

function start(): Promise<Browser> {
  return launch({
    executablePath: find(['chromium', 'chromium-browser', 'google-chrome']),
    // Containers lack what the sandbox needs, and so does root; nothing but pages of ours is opened here. Their
    // /dev/shm is small, too.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

/** @throws Error where none is on the PATH: the set-up that runs before the tests installs one. */
function find(names: readonly string[]): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error(`None of ${names.join(', ')} is on the PATH; \`npm run setup -- chromium\` installs one.`);
}
