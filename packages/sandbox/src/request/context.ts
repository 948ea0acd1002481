import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceInfo, ResourceType, Schema } from '@toolcrib/kube';
import type { Attributes, Authorization } from '../access/rbac.ts';
import type { TokenBook, User } from '../access/users.ts';
import type { CustomResources } from '../custom/custom-resources.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { Clock } from '../store/store.ts';
import type { Negotiated } from './negotiate.ts';

/** What every handler works with; one for a running sandbox. */
export interface Sandbox {
  store: MemoryStore;
  clock: Clock;
  tokens: TokenBook;
  custom: CustomResources;
  /** The schema of a kind, custom resources included. */
  schemaOf(type: { apiVersion: string; kind: string }): Schema | undefined;
  /** Answers `verb` on a resource or path for a user (RBAC). */
  authorize(user: User, attributes: Attributes): Authorization;
}

/** One request on a served resource. */
export interface ResourceRequest {
  sandbox: Sandbox;
  http: { request: IncomingMessage; response: ServerResponse };
  query: URLSearchParams;
  user: User;
  negotiated: Negotiated;
  /** The type in the version of the path; `info` is how the store keeps it. */
  type: ResourceType;
  info: ResourceInfo;
  namespace?: string;
  name?: string;
  subresource?: string;
  /** The whole body; read once. */
  body(): Promise<Buffer>;
  contentType: string | undefined;
}
