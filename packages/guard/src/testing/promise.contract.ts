import { openedOnce } from './opened-once.ts';
import { promiseCustomContract } from './promise.custom.contract.ts';
import { promiseFieldsContract } from './promise.fields.contract.ts';
import { promiseGivenBackContract } from './promise.given-back.contract.ts';
import { promiseVersionsContract } from './promise.versions.contract.ts';
import { withKinds } from './promised.ts';
import type { OpenTarget } from './target.ts';

/**
 * What was said before is what an undo does, over this target. Everything claimed is asked of the API directly.
 * @param options.whole the target refuses what is over a quota, and has generic ephemeral volumes
 */
export function promiseContract(open: OpenTarget, options: { whole?: boolean } = {}): void {
  const shared = openedOnce(withKinds(open));
  promiseCustomContract(shared);
  promiseVersionsContract(shared);
  promiseFieldsContract(shared);
  promiseGivenBackContract(shared, options);
}
