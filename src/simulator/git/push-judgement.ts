import type { GitPush, GitPushVerdict } from '../parts.ts';
import type { HookCall, RefUpdate } from './hook-channel.ts';

const DEPLOYED_BRANCHES = ['main', 'master'];

/** The verdict on one push, and the signal that says it is not wanted any more. */
export class PushJudgement {
  private readonly unwanted = new AbortController();
  private pending = false;

  /** `unheard` is handed on as the push's signal; so is `end`, but only while a verdict is still due. */
  constructor(
    private readonly unheard: AbortSignal,
    private readonly onPush: (push: GitPush) => Promise<GitPushVerdict>,
  ) {}

  /**
   * Asks for a verdict on each ref, one after the other, and stops at the first refusal: git moves all refs or
   * none. The branches that Heroku deploys cannot be deleted (`Push rejected, cannot delete …`).
   */
  async of(call: HookCall, push: Pick<GitPush, 'app' | 'key' | 'repository'>): Promise<boolean> {
    const doomed = DEPLOYED_BRANCHES.find((branch) =>
      call.updates.some((update) => isDeletion(update) && update.ref === `refs/heads/${branch}`),
    );
    if (doomed !== undefined) {
      call.write(`!\tPush rejected, cannot delete ${doomed} branch.`);
      return false;
    }
    const signal = AbortSignal.any([this.unheard, this.unwanted.signal]);
    const { environment } = call;
    const write = (line: string) => call.write(line);
    this.pending = true;
    try {
      for (const update of call.updates) {
        const verdict = await this.onPush({ ...push, ...update, environment, write, signal });
        if (!verdict.accepted) return false;
      }
      return true;
    } finally {
      this.pending = false;
    }
  }

  /** git has ended. Without a verdict given, its hook was killed, and nobody waits for one. */
  end(): void {
    if (this.pending) this.unwanted.abort(new Error('git ended before the verdict.'));
  }
}

function isDeletion({ newCommit }: RefUpdate): boolean {
  return /^0+$/.test(newCommit);
}
