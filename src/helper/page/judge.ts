import { isLoopback } from '../heroku/transport.ts';
import type { Loaded } from './load.ts';
import { referencesOf, type Reference } from './references.ts';

/** Everybody loads it while the app is down. */
const LARGEST_BYTES = 1024 * 1024;
const SHOWN = 5;

/**
 * What keeps browsers from showing a page in the frame that Heroku puts around it, under each of the app's own
 * domains (Dev Center: Error Pages; Maintenance Mode). Empty where nothing does.
 */
export function faultsOf(page: Loaded): readonly string[] {
  const { status, header, html } = page;
  const bytes = Buffer.byteLength(html);
  if (status !== 200) return [`it answers ${status}, and 200 is wanted`];
  if (bytes > LARGEST_BYTES) return [`it has ${bytes} bytes, more than ${LARGEST_BYTES}`];
  const type = header('content-type') ?? 'none';
  const faults = [
    /^(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(type)
      ? undefined
      : `its content type is ${type.slice(0, 80)}, and text/html is wanted`,
    /^\s*attachment/i.test(header('content-disposition') ?? '')
      ? 'its header `Content-Disposition` has browsers save it in place of showing it'
      : undefined,
    framingFault(header),
  ];
  return [...faults.filter((one) => one !== undefined), ...referenceFaults(page)];
}

/** Of several policies each must allow it (CSP Level 3: frame-ancestors). */
function framingFault(header: Loaded['header']): string | undefined {
  const options = header('x-frame-options');
  if (options !== undefined) return `its header \`X-Frame-Options: ${options.slice(0, 80)}\` forbids frames`;
  for (const policy of (header('content-security-policy') ?? '').split(',')) {
    const directives = policy.split(';').map((one) => one.trim().toLowerCase().split(/\s+/));
    const [, ...sources] = directives.find(([name]) => name === 'frame-ancestors') ?? ['', '*'];
    if (!sources.some((source) => source === '*' || source === 'https:')) {
      return `its header \`Content-Security-Policy\` forbids frames of others (frame-ancestors ${sources.join(' ').slice(0, 80)}); \`*\` or \`https:\` is wanted there, or nothing`;
    }
  }
  return undefined;
}

function referenceFaults({ url, html }: Loaded): readonly string[] {
  const { found, base } = referencesOf(html);
  const isBased = base !== undefined && /^https?:/i.test(base.trim());
  const faults = found
    .map((one) => ({ one, why: referenceFault(one, url, isBased) }))
    .filter(({ why }) => why !== undefined);
  const told = faults
    .slice(0, SHOWN)
    .map(({ one, why }) => `${one.where} ${JSON.stringify(one.url.slice(0, 80))} ${why ?? ''}`);
  return faults.length > SHOWN ? [...told, `and ${faults.length - SHOWN} more of these`] : told;
}

function referenceFault({ url, link }: Reference, page: URL, isBased: boolean): string | undefined {
  if (url === '' || url.startsWith('#') || url.startsWith('//')) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return isBased ? undefined : 'is relative: give the whole https address, or put it into the page';
  }
  if (link) return scheme === 'file' ? 'leads to a file of one machine' : undefined;
  if (scheme === 'http') {
    return page.protocol === 'http:' && isLoopback(page)
      ? undefined
      : 'is http, which browsers do not load in an https page (mixed content)';
  }
  return ['https', 'data', 'about', 'blob', 'javascript'].includes(scheme)
    ? undefined
    : 'is no address that browsers load';
}
