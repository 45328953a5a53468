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

export function renderPage(page: RouterPage): string {
  return (
    `<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>${page.title}</title></head>\n` +
    `<body><h1>${page.heading}</h1><p>${page.text}</p></body>\n</html>\n`
  );
}
