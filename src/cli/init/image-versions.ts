import type { AppFolder } from './app-folder.ts';
import { packageJson, versionIn } from './manifests.ts';

/** The version that a file of this language's own, or .tool-versions, pins. */
export function pinned(app: AppFolder, tool: string, ...files: readonly string[]): string {
  const file = app.firstOf(...files);
  const text = file === undefined ? '' : app.read(file).replace(/^(?:ruby-|python-)/, '');
  if (versionIn(text) !== undefined) return text.trim();
  return new RegExp(`^${tool}\\s+(\\S+)`, 'm').exec(app.read('.tool-versions'))?.[1] ?? '';
}

/**
 * Ruby of the image: Bundler runs on no other than the Gemfile demands, so an exact version is taken as it is, and a
 * range as its newest (Bundler: gemfile, "Ruby").
 */
export function rubyVersion(app: AppFolder): string {
  const [demand = ''] = /^\s*ruby[\s(][^\n]*/m.exec(app.read('Gemfile')) ?? [];
  const exact = /['"](\d+\.\d+\.\d+)['"]/.exec(demand)?.[1];
  if (exact !== undefined) return exact;
  const range = /['"][~>=\s]*(\d+\.\d+)/.exec(demand)?.[1];
  if (range !== undefined) return range;
  const ofFile = /^\d+\.\d+(?:\.\d+)?/.exec(pinned(app, 'ruby', '.ruby-version'))?.[0] ?? '3.4';
  return demand.includes('file:') ? ofFile : minor(ofFile);
}

/** CircleCI’s images have no tag for a major version of Node.js alone, but one for each of its minor ones. */
const NODE: Readonly<Record<string, string>> = { 18: '18.20', 20: '20.19', 22: '22.20', 24: '24.11' };

/**
 * Node.js of the image: what the version files pin, or what `engines` demands of Heroku (Dev Center: Node.js Support).
 * A range over several majors is no version: `lts`.
 */
export function nodeVersion(app: AppFolder): string {
  for (const text of [
    pinned(app, 'nodejs', '.nvmrc', '.node-version'),
    packageJson(app).engines['node'] ?? '',
  ]) {
    const exact = /^\s*[=v]*(\d+\.\d+(?:\.\d+)?)\s*$/.exec(text)?.[1];
    if (exact !== undefined) return exact;
    const [, major = ''] = /^\s*[=v^~]*(\d+)(?:\.[\dx*]+)*\s*$/.exec(text) ?? [];
    if (NODE[major] !== undefined) return NODE[major];
  }
  return 'lts';
}

/** Erlang of CircleCI’s images, by its major version (CircleCI-Public/cimg-elixir). */
const ERLANG: Readonly<Record<string, string>> = { 25: '25.3.2', 26: '26.2.1', 27: '27.2.2' };

/** The majors of Erlang that these images have for an Elixir, the newest last. */
const ELIXIR: Readonly<Record<string, readonly string[]>> = {
  '1.15': ['25', '26'],
  '1.16': ['25', '26'],
  '1.17': ['25', '26', '27'],
  '1.18': ['25', '26', '27'],
  '1.19': ['26', '27'],
};

/** The image nearest to what the Elixir buildpack’s own file, or .tool-versions, pins. */
export function elixirImage(app: AppFolder): string {
  const buildpack = app.read('elixir_buildpack.config');
  const wanted = (tool: string): string =>
    new RegExp(`^\\s*${tool}_version\\s*=\\s*["'(]*v?(\\d[\\w.-]*)`, 'm').exec(buildpack)?.[1] ??
    pinned(app, tool);
  const elixir = minor(wanted('elixir'));
  const version = ELIXIR[elixir] === undefined ? '1.18' : elixir;
  const majors = ELIXIR[version] ?? [];
  const [erlang = ''] = wanted('erlang').split('.');
  return `cimg/elixir:${version}-erlang-${ERLANG[majors.includes(erlang) ? erlang : (majors.at(-1) ?? '27')] ?? ''}`;
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
