import { createHash } from 'node:crypto';

/** What a door token stands for: one context, and who may have sent it. */
export interface TokenGrant {
  id: string;
  context: string;
  person: string;
  /** Only on tokens minted by `run`: the binary it hashed. */
  tool?: { name: string; version?: string; sha256: string };
  agent?: boolean;
  /** Of a run's: what the context led to when it was minted. Once the name means another thing it is worth nothing. */
  meaning?: string;
}

export interface TokenTable {
  add(token: string, grant: TokenGrant): void;
  /** @returns what was taken back */
  remove(which: (grant: TokenGrant) => boolean): TokenGrant[];
  find(authorization: string | undefined): TokenGrant | undefined;
}

/**
 * Tokens are looked up by their SHA-256, so that neither the table nor the time of a look-up tells anything of a
 * token's bytes.
 */
export function tokenTable(): TokenTable {
  const grants = new Map<string, TokenGrant>();
  return {
    add: (token, grant) => void grants.set(digest(token), grant),
    remove(which) {
      const gone = [...grants].filter(([, grant]) => which(grant));
      for (const [key] of gone) grants.delete(key);
      return gone.map(([, grant]) => grant);
    },
    find(authorization) {
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
      return token === undefined ? undefined : grants.get(digest(token));
    },
  };
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
