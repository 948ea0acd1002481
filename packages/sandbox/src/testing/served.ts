import { after, before } from 'node:test';
import { fakeClock } from '../controllers/testing/fake-clock.ts';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from './http.ts';

/** What a test file asks over HTTP. Filled in before its first test runs. */
export interface Served {
  sandbox: RunningSandbox;
  admin: RawClient;
  /** A client of somebody whose rights are the store's RBAC objects. */
  as(name: string, groups?: string[]): RawClient;
  /** The answer to a merge patch, of another media type if one is named. */
  patch(path: string, body: unknown, media?: string): ReturnType<RawClient['call']>;
}

/** One sandbox for a test file: no controllers, and a clock that stands at 2026-11-02T10:00:00Z. */
export function served(): Served {
  const context = {
    as: (name, groups) => rawClient(context.sandbox.kubeconfig({ name, groups })),
    patch: (path, body, media = 'application/merge-patch+json') =>
      context.admin.call('PATCH', path, { body, headers: { 'content-type': media } }),
  } as Served;
  before(async () => {
    context.sandbox = await startSandbox({ controllers: false, clock: fakeClock() });
    context.admin = rawClient(context.sandbox.kubeconfig());
  });
  after(() => context.sandbox.close());
  return context;
}
