/** An answer of the router itself. The error codes are in Heroku's logs only (Dev Center: Heroku Error Codes). */
export interface RouterPage {
  readonly outcome: string;
  readonly code?: string;
  readonly desc?: string;
  readonly status: number;
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

const APPLICATION_ERROR = {
  status: 503,
  title: 'Application Error',
  heading: 'Application error',
  text: 'An error occurred in the application and your page could not be served.',
} as const;

export const maintenancePage: RouterPage = {
  code: 'H80',
  desc: 'Maintenance mode',
  outcome: 'maintenance',
  status: 503,
  title: 'Offline for Maintenance',
  heading: 'Offline for Maintenance',
  text: 'This application is undergoing maintenance right now. Please check back later.',
};

export const unknownAppPage: RouterPage = {
  outcome: 'unknown-app',
  status: 404,
  title: 'No such app',
  heading: "There's nothing here, yet.",
  text: 'No app of this name is known to the local Heroku.',
};

export const noWebPage: RouterPage = {
  ...APPLICATION_ERROR,
  outcome: 'no-web',
  code: 'H14',
  desc: 'No web processes running',
};
export const refusedPage: RouterPage = {
  ...APPLICATION_ERROR,
  outcome: 'refused',
  code: 'H10',
  desc: 'App crashed',
};
export const droppedPage: RouterPage = {
  ...APPLICATION_ERROR,
  outcome: 'refused',
  code: 'H13',
  desc: 'Connection closed without response',
};
export const timeoutPage: RouterPage = {
  ...APPLICATION_ERROR,
  outcome: 'timeout',
  code: 'H12',
  desc: 'Request timeout',
};

/**
 * The router's page. `own`: an address that the app has for it, which the browser loads into a frame that fills the
 * window, while the answer stays the router's (Dev Center: Error Pages, `MAINTENANCE_PAGE_URL`, `ERROR_PAGE_URL`).
 */
export function renderPage(page: RouterPage, own?: string): string {
  if (own !== undefined && own !== '') {
    return (
      '<!DOCTYPE html>\n<html>\n<head>\n<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
      `<meta charset="utf-8"><title>${page.title}</title>\n` +
      '<style>html, body, iframe { margin: 0; padding: 0; height: 100%; } iframe { display: block; width: 100%; border: none; }</style>\n' +
      `</head>\n<body><iframe src="${own.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"><p>${page.heading}</p></iframe></body>\n</html>\n`
    );
  }
  return (
    `<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>${page.title}</title></head>\n` +
    `<body><h1>${page.heading}</h1><p>${page.text}</p></body>\n</html>\n`
  );
}
