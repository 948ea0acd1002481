import type { TokenGrant, TokenTable } from '@toolcrib/guard/door/tokens';

/** Every token that the door knows: one of each context for the person's own kubeconfigs, and those of runs. */
export interface Grants {
  /**
   * Takes over the contexts' tokens as they are now. Where one is another than before, its label has changed hands: then a
   * run keeps its own only if the label means to it what it meant when the run began.
   * @param byContext by label
   * @param meaning what a label leads to; empty where that can't be told
   */
  renew(byContext: Record<string, string>, meaning: (context: string) => string): void;
  add(token: string, grant: TokenGrant): void;
  /** A run is over. */
  revoke(id: string): void;
}

/** @param cut told of each that is worth nothing any more */
export function grants(deps: { tokens: TokenTable; person: string; cut(grant: TokenGrant): void }): Grants {
  const { tokens, person } = deps;
  const own = new Map<string, string>();
  const take = (which: (grant: TokenGrant) => boolean): void => tokens.remove(which).forEach(deps.cut);
  const ownId = (context: string): string => `ctx-${context}`;

  return {
    renew(byContext, meaning) {
      for (const [context, token] of own) {
        if (Object.hasOwn(byContext, context) && byContext[context] === token) continue;
        const now = Object.hasOwn(byContext, context) ? meaning(context) : '';
        take(
          (grant) =>
            grant.context === context && (grant.id === ownId(context) || now === '' || grant.meaning !== now),
        );
        own.delete(context);
      }
      for (const [context, token] of Object.entries(byContext)) {
        tokens.add(token, { id: ownId(context), context, person });
        own.set(context, token);
      }
    },
    add: (token, grant) => tokens.add(token, grant),
    revoke: (id) => take((grant) => grant.id === id),
  };
}
