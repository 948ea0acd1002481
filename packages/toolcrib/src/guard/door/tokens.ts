import { createHash } from 'node:crypto';

/** What a door token stands for: one context, and who may have sent it. */
export interface TokenGrant {
  id: string;
  context: string;
  person: string;
  /** Only on tokens minted by `run`: the binary it hashed. */
  tool?: { name: string; version?: string; sha256: string };
  agent?: boolean;
}

export interface TokenTable {
  add(token: string, grant: TokenGrant): void;
  remove(id: string): void;
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
    remove(id) {
      for (const [key, grant] of grants) if (grant.id === id) grants.delete(key);
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
