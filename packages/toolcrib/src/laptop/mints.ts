import { randomBytes } from 'node:crypto';
import type { TokenGrant } from '@toolcrib/guard/door/tokens';
import { ToolcribError } from '@toolcrib/model';
import type { RunTokenBody, RunTokens } from './api/schema.ts';

/** The tokens of runs, as the keeper gives them out. */
export interface Mints {
  /**
   * New tokens for a run, one for each context; or, for one that lives on after a restart of the guard, those that its tool
   * has. Of these only such whose context leads where it led when they were made.
   * @throws ToolcribError `conflict` where that run is known still, or a token is somebody else's
   */
  mint(request: RunTokenBody & { person: string }): Promise<RunTokens>;
  ended(id: string): void;
}

/** @param deps.ownTokens those of the person's own kubeconfigs */
export function mints(deps: {
  /** As compose has them: `meaning` says what each leads to, and as whom; empty where that can't be told. */
  contexts: { names(): string[]; meaning(context: string): string };
  ownTokens(): Promise<string[]>;
  grant(token: string, grant: TokenGrant): void;
}): Mints {
  const { contexts } = deps;
  /** Of each run that is known. */
  const known = new Map<string, string[]>();

  const refuseForeign = (
    own: readonly string[],
    { id, tokens }: NonNullable<RunTokenBody['again']>,
  ): void => {
    if (known.has(id))
      throw new ToolcribError('conflict', `The run ${id} is known still.`, {
        next: 'Ask again in a moment.',
      });
    const taken = new Set([...own, ...[...known.values()].flat()]);
    const given = Object.values(tokens);
    if (given.some((token) => taken.has(token)) || new Set(given).size < given.length)
      throw new ToolcribError('conflict', `A token of the run ${id} is somebody else's.`, {
        next: 'Start it anew: toolcrib run',
      });
  };

  return {
    async mint({ tool, agent, person, again }) {
      if (again) refuseForeign(await deps.ownTokens(), again);
      const id = again?.id ?? `run-${randomBytes(6).toString('hex')}`;
      const meanings: Record<string, string> = {};
      const tokens: Record<string, string> = {};
      for (const context of contexts.names()) {
        const meaning = contexts.meaning(context);
        const before = again && Object.hasOwn(again.tokens, context) ? again.tokens[context] : undefined;
        // Its tool holds that token for another thing, or nobody knows for what.
        const moved = meaning === '' || again?.meanings[context] !== meaning;
        if (before !== undefined && moved) continue;
        const token = before ?? randomBytes(32).toString('base64url');
        tokens[context] = token;
        meanings[context] = meaning;
        deps.grant(token, { id, context, person, tool, agent, meaning });
      }
      known.set(id, Object.values(tokens));
      return { id, tokens, meanings };
    },
    ended: (id) => void known.delete(id),
  };
}
