/** Which app a request is for, and the path that the app gets to see. */
export interface RequestTarget {
  readonly app: string;
  readonly path: string;
}

const PATH_FORM = /^\/_app\/([^/?#]+)(.*)$/s;

/**
 * The app is the first label of the Host header (`my-app.localhost:5055`); where names cannot be resolved, it
 * can be named in the path: `/_app/my-app/users?page=2` asks `my-app` for `/users?page=2`.
 */
export function targetOf(url: string, host: string | undefined): RequestTarget {
  const [, app, rest = ''] = PATH_FORM.exec(url) ?? [];
  if (app !== undefined) return { app, path: rest.startsWith('/') ? rest : `/${rest}` };
  return { app: (host ?? '').split(/[.:]/, 1)[0]?.toLowerCase() ?? '', path: url };
}
