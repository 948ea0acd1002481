// What test files that share a process must leave as it was: environment, working directory, umask, who listens for what,
// the clock, and what Node itself gives to all.
import { readFileSync } from 'node:fs';
import { mock } from 'node:test';

/** What all files of a process share, at one moment. */
export interface Shared {
  cwd: string;
  env: Record<string, string | undefined>;
  umask: number | undefined;
  listeners: Map<string, readonly unknown[]>;
  values: Replaceable[];
  /** What is in globalThis. */
  globals: readonly string[];
  mocks: number;
}

interface Replaceable {
  on: object;
  /** As a person writes it. */
  name: string;
  key: string;
  is: PropertyDescriptor;
}

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection', 'warning'] as const;

/**
 * Where a test would put something of its own in the place of a function: what tells the time or chance is here too. Not http and
 * https, which a library of tests (nock) changes for good when it is loaded; a mock there is found all the same.
 */
const OWNERS: Record<string, object> = {
  globalThis,
  process,
  console,
  Date,
  Math,
  JSON,
  Promise,
  ...Object.fromEntries(
    ['fs', 'fs/promises', 'child_process', 'net', 'tls', 'os', 'dns', 'crypto', 'timers'].map((name) => [
      name,
      process.getBuiltinModule(name),
    ]),
  ),
};

/**
 * What the API's server (`@hono/node-server`) changes for good when it begins: Hono makes requests of its requests, which only its
 * own `Request` can take.
 */
const CHANGED_BY_THE_PROGRAM = ['Request', 'Response'];

/**
 * What libraries leave in globalThis for good when they are loaded: `__decorate`, `__zod_globalRegistry`, and one of the tests'
 * own under the number of the process.
 */
const ofLibraries = (name: string) => name.startsWith('__') || name === String(process.pid);

/** Each mock that was made, whoever made it. */
const made: { on: object; key: PropertyKey; name: string; mocked: unknown; putBack(): void }[] = [];

/** From here on mocks are known of, whatever object they are on. Once a process. */
export function watchMocks(): void {
  const tracker = Object.getPrototypeOf(mock) as { method: (...asked: unknown[]) => unknown };
  const { method } = tracker;
  tracker.method = function (this: unknown, ...asked) {
    const mocked = method.apply(this, asked) as { mock: { restore(): void } };
    const [on, key] = asked as [object, PropertyKey];
    made.push({ on, key, name: `a mock of ${String(key)}`, mocked, putBack: () => mocked.mock.restore() });
    return mocked;
  };
}

export function sharedNow(): Shared {
  return {
    cwd: process.cwd(),
    env: { ...process.env },
    umask: umaskNow(),
    listeners: new Map(EVENTS.map((name) => [name, process.rawListeners(name)])),
    values: Object.entries(OWNERS).flatMap(([owner, on]) =>
      Object.entries(Object.getOwnPropertyDescriptors(on))
        .filter(
          ([key, is]) =>
            typeof is.value === 'function' || (on === globalThis && 'value' in is && !ofLibraries(key)),
        )
        .filter(([key]) => !CHANGED_BY_THE_PROGRAM.includes(key))
        .map(([key, is]) => ({ on, name: owner === 'globalThis' ? key : `${owner}.${key}`, key, is })),
    ),
    globals: Object.getOwnPropertyNames(globalThis),
    mocks: made.length,
  };
}

/** Names what is otherwise than it was, and puts it back. */
export function putBack(then: Shared): string[] {
  const changed: string[] = [];
  for (const name of new Set([...Object.keys(then.env), ...Object.keys(process.env)])) {
    if (then.env[name] === process.env[name]) continue;
    changed.push(`the variable ${name}`);
    if (then.env[name] === undefined) delete process.env[name];
    else process.env[name] = then.env[name];
  }
  if (process.cwd() !== then.cwd) {
    changed.push('the working directory');
    process.chdir(then.cwd);
  }
  if (then.umask !== undefined && umaskNow() !== then.umask) {
    changed.push('the umask');
    process.umask(then.umask);
  }
  for (const [name, before] of then.listeners) {
    const now = process.rawListeners(name as 'SIGINT');
    // One that was waiting for once may be gone; whoever is new, or gone for another, is this file's doing.
    if (now.length === before.length && now.every((one, at) => one === before[at])) continue;
    changed.push(`who listens for ${name}`);
    process.removeAllListeners(name);
    for (const one of before) process.on(name, one as () => void);
  }
  for (const { on, key, name, mocked, putBack: restore } of made.splice(then.mocks).reverse()) {
    const is = Object.getOwnPropertyDescriptor(on, key);
    if (![is?.value, is?.get, is?.set].includes(mocked)) continue;
    changed.push(name);
    restore();
  }
  for (const { on, key, name, is } of then.values) {
    if (Object.is(Object.getOwnPropertyDescriptor(on, key)?.value, is.value)) continue;
    changed.push(name);
    Object.defineProperty(on, key, is);
  }
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (then.globals.includes(name) || ofLibraries(name)) continue;
    changed.push(`globalThis.${name}, which is new`);
    Reflect.deleteProperty(globalThis, name);
  }
  return changed;
}

/** Linux tells it; elsewhere it can't be read without being set, for all threads. */
function umaskNow(): number | undefined {
  try {
    const [, octal] = /^Umask:\s*(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return octal === undefined ? undefined : Number.parseInt(octal, 8);
  } catch {
    return undefined;
  }
}
