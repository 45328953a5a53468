import { RehearsalError } from '../errors.ts';
import { member } from '../expand/values.ts';
import type { Mapping } from '../expand/values.ts';
import { expandPath } from './paths.ts';
import type { Source } from './types.ts';

/**
 * What CircleCI's checkout does, as a script: clone without a working tree, fetch the branch or tag, then put the branch
 * on the commit (or check the tag out) and reset to it. Values come in through the environment only.
 */
const SCRIPT = `
mkdir -p "$CHECKOUT_PATH"
cd "$CHECKOUT_PATH"
depth=()
if [ "$CHECKOUT_METHOD" = shallow ]; then depth=("--depth=$CHECKOUT_DEPTH"); fi
if [ -e .git ]; then
  echo 'Fetching into existing repository'
  git remote set-url origin "$CHECKOUT_URL"
else
  echo "Cloning git repository ($CHECKOUT_METHOD)"
  case "$CHECKOUT_METHOD" in
    blobless) git clone --no-checkout --filter=blob:none "$CHECKOUT_URL" . ;;
    shallow) git clone --no-checkout "\${depth[@]}" --single-branch --branch "\${CIRCLE_TAG:-$CIRCLE_BRANCH}" "$CHECKOUT_URL" . ;;
    *) git clone --no-checkout "$CHECKOUT_URL" . ;;
  esac
fi
git config gc.auto 0
echo 'Fetching from remote repository'
if [ -n "\${CIRCLE_TAG:-}" ]; then
  git fetch --force "\${depth[@]}" origin "refs/tags/$CIRCLE_TAG:refs/tags/$CIRCLE_TAG"
else
  git fetch --force "\${depth[@]}" origin "refs/heads/$CIRCLE_BRANCH:refs/remotes/origin/$CIRCLE_BRANCH"
fi
if [ "$(git cat-file -t "$CIRCLE_SHA1" 2>/dev/null || true)" != commit ]; then
  git fetch --force "\${depth[@]}" origin "$CIRCLE_SHA1"
fi
if [ -n "\${CIRCLE_TAG:-}" ]; then
  echo 'Checking out tag'
  git checkout --force --quiet "$CIRCLE_TAG"
else
  echo 'Checking out branch'
  git checkout --force --quiet -B "$CIRCLE_BRANCH" "$CIRCLE_SHA1"
fi
git reset --hard "$CIRCLE_SHA1"
`;

/** A checkout as a command and the variables it reads. */
export interface CheckoutRun {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Prepares a `checkout` step. The method is `blobless` unless the step says otherwise, as on CircleCI; `shallow` takes
 * `depth` (1). Source: Configuration reference, "checkout".
 * @throws RehearsalError when the rehearsal has no repository, or for a bad depth.
 */
export function checkoutRun(
  options: Mapping,
  source: Source | undefined,
  folders: { readonly home: string; readonly workingDirectory: string },
): CheckoutRun {
  if (source === undefined) {
    throw new RehearsalError(
      'The job checks code out, but there is no repository: name one with --repository.',
      'repository',
    );
  }
  const depth = member(options, 'depth') ?? 1;
  if (typeof depth !== 'number' || !Number.isInteger(depth) || depth < 1) {
    throw new RehearsalError(
      `checkout: 'depth' must be an integer from 1, not ${JSON.stringify(depth)}.`,
      'depth',
    );
  }
  const path = member(options, 'path');
  const method = member(options, 'method');
  return {
    command: SCRIPT,
    env: {
      CHECKOUT_URL: source.url,
      CHECKOUT_PATH: expandPath(
        typeof path === 'string' ? path : '.',
        folders.home,
        folders.workingDirectory,
      ),
      CHECKOUT_METHOD: typeof method === 'string' ? method : 'blobless',
      CHECKOUT_DEPTH: String(depth),
      CIRCLE_BRANCH: source.branch ?? '',
      CIRCLE_TAG: source.tag ?? '',
      CIRCLE_SHA1: source.revision,
      GIT_TERMINAL_PROMPT: '0',
    },
  };
}
