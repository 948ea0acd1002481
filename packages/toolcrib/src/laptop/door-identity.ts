import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import { expiryOf, makeAuthority, makeServerCertificate } from './certificates.ts';
import { readIfThere, withLock, writeOwnFile } from './files.ts';
import { changedHands, type GivenFor, givenForNow, givenForSchema } from './given-for.ts';
import type { Paths } from './paths.ts';

/** Who the door is, and who may come in: the same after every restart. */
export interface DoorIdentity {
  /** On 127.0.0.1. */
  port: number;
  /** PEM, for our kubeconfig. */
  ca: string;
  /** PEM, for the door. */
  tls: { key: string; cert: string };
  /** 32 random bytes as base64url, by context. */
  tokens: Record<string, string>;
}

const pair = z.object({ cert: z.string(), key: z.string() });
const fileSchema = z.object({
  version: z.literal(1),
  port: z.int().min(1).max(65535),
  ca: pair,
  server: pair,
  tokens: z.record(z.string(), z.string().min(43)),
  /** Absent in older files. */
  givenFor: givenForSchema.optional(),
});

const DAY = 24 * 3600 * 1000;
const CA_DAYS = 3650;
const SERVER_DAYS = 365;
/** Renewed this long before they expire (ms): a guard may run for weeks without a restart. */
const EARLY = 60 * DAY;

/**
 * Loads the door's identity; makes what is missing, renews what expires soon, mints a token for each new
 * context. Two processes at once end with the same.
 *
 * @param options.now milliseconds since 1970
 * @param options.anew contexts whose token must not be used any more
 * @param options.givenFor what contexts mean now: the token of one that came to mean something else without its holders' doing
 * must not be used any more either
 * @param options.keep no other context than `contexts` and these has a token afterwards; all keep theirs where it is absent
 * @throws ToolcribError `bad-file` where the file was changed by hand, or can't be written
 */
export function loadDoorIdentity(
  paths: Pick<Paths, 'door' | 'startLock'>,
  contexts: readonly string[],
  {
    now = Date.now(),
    anew = [],
    keep,
    givenFor = {},
  }: {
    now?: number;
    anew?: readonly string[];
    keep?: readonly string[];
    givenFor?: Readonly<Record<string, GivenFor>>;
  } = {},
): Promise<DoorIdentity> {
  return withLock(`${paths.door}.lock`, 10_000, async () => {
    const before = readIfThere(paths.door);
    const known = before === undefined ? undefined : parse(paths.door, before);
    const ca = known && expiryOf(known.ca.cert) - now > EARLY ? known.ca : await makeAuthority(now, CA_DAYS);
    const server =
      known && ca === known.ca && expiryOf(known.server.cert) - now > EARLY
        ? known.server
        : await makeServerCertificate(ca, now, SERVER_DAYS);
    const was = new Map(Object.entries(known?.givenFor ?? {}));
    const stays = ([context]: readonly [string, unknown]) => {
      const now = Object.hasOwn(givenFor, context) ? givenFor[context] : undefined;
      if (anew.includes(context) || (now && changedHands(was.get(context), now))) return false;
      return !keep || contexts.includes(context) || keep.includes(context);
    };
    const tokens = Object.fromEntries(Object.entries(known?.tokens ?? {}).filter(stays));
    const given = Object.fromEntries([...was].filter(stays));
    for (const [context, now] of Object.entries(givenFor))
      given[context] = givenForNow(Object.hasOwn(given, context) ? given[context] : undefined, now);
    for (const context of contexts) {
      if (!Object.hasOwn(tokens, context)) tokens[context] = randomBytes(32).toString('base64url');
    }
    const file = {
      version: 1 as const,
      port: known?.port ?? (await freePort()),
      ca,
      server,
      tokens,
      givenFor: given,
    };
    const text = `${JSON.stringify(file, null, 2)}\n`;
    if (text !== before) writeOwnFile(paths.door, text);
    return { port: file.port, ca: ca.cert, tls: server, tokens };
  });
}

/**
 * Gives the door another port, for where somebody else has taken its own. Takes effect at the guard's next start; our
 * kubeconfig follows then.
 * @param port 0 takes a free one
 * @throws ToolcribError `port-in-use`
 */
export function changePort(paths: Pick<Paths, 'door'>, port: number): Promise<number> {
  return withLock(`${paths.door}.lock`, 10_000, async () => {
    if (port !== 0 && !(await isFree(port)))
      throw new ToolcribError('port-in-use', `Port ${port} on 127.0.0.1 is taken.`, {
        next: 'Name another one, or 0 for any that is free.',
      });
    const before = readIfThere(paths.door);
    if (before === undefined)
      throw new ToolcribError('not-found', 'There is no door yet whose port could be changed.', {
        next: 'Turn it on first: eval "$(toolcrib on)"',
      });
    const chosen = port === 0 ? await freePort() : port;
    writeOwnFile(paths.door, `${JSON.stringify({ ...parse(paths.door, before), port: chosen }, null, 2)}\n`);
    return chosen;
  });
}

/** The context that a token opens, without telling by its time how much of it was right. */
export function contextOfToken(tokens: Record<string, string>, presented: string): string | undefined {
  const given = sha256(presented);
  let found: string | undefined;
  for (const [context, token] of Object.entries(tokens)) {
    if (timingSafeEqual(given, sha256(token))) found = context;
  }
  return found;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parse(path: string, text: string): z.infer<typeof fileSchema> {
  try {
    const file = fileSchema.parse(JSON.parse(text));
    expiryOf(file.ca.cert);
    expiryOf(file.server.cert);
    return file;
  } catch (cause) {
    throw new ToolcribError('bad-file', `toolcrib's own file ${path} is damaged.`, {
      next: `Remove it (rm ${path}), then run \`toolcrib on\` again in each terminal: port and tokens will be new.`,
      cause,
    });
  }
}

/** Below the range from which systems take ports for outgoing connections, so that it stays free for us. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + (randomBytes(2).readUInt16BE() % 12_000);
    if (await isFree(port)) return port;
  }
  throw new ToolcribError('port-in-use', 'No free port was found on 127.0.0.1 between 20000 and 32000.', {
    next: 'Close some programs that listen there and try again.',
  });
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
