import type { ResolvedPolicy } from '../policy/resolved.ts';
import { openRepository, type Repository } from '../sources/git/repository.ts';
import { GitFailure } from '../sources/git/run-git.ts';
import { collect } from '../sources/index.ts';
import type { SourceContext, Target } from '../sources/source.ts';
import { walkTexts } from './blobs.ts';
import { checklist, type Searched } from './checklist.ts';
import { internalNames } from './internal.ts';
import type { Item } from './outcome.ts';
import { type Secret, secretScanner } from './secrets.ts';

/** What is missing before an own tool can be open source. Reads only; the list says what to do. */
export async function publishChecklist(
  target: Target,
  policy: ResolvedPolicy,
  context: SourceContext,
): Promise<Item[]> {
  const collected = await collect(target, context);
  const searched = await search(target.git?.dir ?? '.', context);
  return checklist(target.subject, collected, searched, policy, context.now());
}

async function search(dir: string, context: SourceContext): Promise<Searched | { doubt: string }> {
  const repository = await openRepository(dir, context.signal);
  try {
    if (repository.incomplete !== null) return { doubt: repository.incomplete };
    const scan = await secretScanner();
    const secrets: Secret[] = [];
    const internal = new Map<string, { name: string; places: number; path: string }>();
    const walked = await walkTexts(
      repository,
      async (text) => {
        secrets.push(...(await scan(text)));
        for (const name of internalNames(text.text)) {
          const known = internal.get(name);
          if (known !== undefined) known.places++;
          else if (internal.size < 1000) internal.set(name, { name, places: 1, path: text.path });
        }
      },
      context.progress,
    );
    const located = await Promise.all(
      secrets
        .slice(0, 20)
        .map(async (secret) => ({ ...secret, commit: await broughtBy(repository, secret) })),
    );
    const rest = secrets.slice(20).map((secret) => ({ ...secret, commit: null }));
    return {
      walked,
      secrets: [...located, ...rest],
      internal: [...internal.values()].sort((a, b) => b.places - a.places),
    };
  } catch (error) {
    if (error instanceof GitFailure) return { doubt: error.message };
    throw error;
  } finally {
    await repository.close();
  }
}

/** The oldest commit in which the blob appears. */
async function broughtBy(repository: Repository, { path, id }: Secret): Promise<string | null> {
  if (path === 'commit message') return null;
  const list = await repository
    .text([
      'log',
      '--all',
      '--format=%h',
      '--no-show-signature',
      '--no-ext-diff',
      '--no-textconv',
      `--find-object=${id}`,
    ])
    .catch(() => '');
  return list.trim().split('\n').at(-1) || null;
}
