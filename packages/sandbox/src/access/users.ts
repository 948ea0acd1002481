import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Who a request comes from, as authentication sees it. */
export interface User {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The tokens that the sandbox knows, and whose they are. */
export interface TokenBook {
  add(token: string, user: User): void;
  find(token: string): User | undefined;
}

export function createTokenBook(): TokenBook {
  const entries: { digest: Buffer; user: User }[] = [];
  const digestOf = (token: string) => createHash('sha256').update(token).digest();
  return {
    add: (token, user) => void entries.push({ digest: digestOf(token), user }),
    find(token) {
      const digest = digestOf(token);
      return entries.find((entry) => timingSafeEqual(entry.digest, digest))?.user;
    },
  };
}

export function newToken(): string {
  return randomUUID().replaceAll('-', '') + randomUUID().replaceAll('-', '');
}

/**
 * The user of a request: by bearer token, else by client certificate, else anonymous.
 * @returns undefined where credentials were given and are not valid (401)
 */
export function authenticate(
  authorization: string | undefined,
  socket: TLSSocket,
  tokens: TokenBook,
): User | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token !== undefined) return withAuthenticated(tokens.find(token));
  const certificate = socket.authorized ? socket.getPeerCertificate() : undefined;
  const name = certificate?.subject?.CN;
  if (!name) return ANONYMOUS;
  const organizations = certificate.subject.O ?? [];
  const groups = Array.isArray(organizations) ? organizations : [organizations];
  return withAuthenticated({ name: Array.isArray(name) ? (name[0] ?? '') : name, groups });
}

function withAuthenticated(user: User | undefined): User | undefined {
  return user && { ...user, groups: [...new Set([...user.groups, 'system:authenticated'])] };
}
