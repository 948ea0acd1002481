import type { Clock } from '@toolcrib/model';
import type { AskedRequest, Instruction } from '../request.ts';

/** A request that was judged, and kept, before it came. */
export interface Pass {
  /** Of its record in the journal. */
  id: string;
  path: string;
  instruction: Extract<Instruction, { do: 'forward' }>;
}

/** Passes of one act: for what is the same, byte for byte, as the request that they were judged by, but for its path. */
export interface PassesGiven {
  actId: string;
  /** The request by which they were judged: its outcome is told with theirs. */
  first: string;
  like: Omit<AskedRequest, 'id' | 'path'>;
  /** The rules' file as it stood when they were judged. */
  rules: string;
  /** Milliseconds since 1970. */
  until: number;
  passes: Pass[];
}

export interface Passes {
  give(given: PassesGiven): void;
  /** The pass of a request that has just come; good once. undefined: it is to be judged. */
  take(request: AskedRequest): Pass | undefined;
  /** A kubectl session makes another LIST: it will go through more than what was judged. Nothing of it is good any more. */
  listed(context: string, session: string): void;
  /** None of an act is good any more from here on. @returns ids of those that were taken */
  recall(actId: string): string[];
  /** Acts whose client has hung up. @param port its TCP port */
  leftBy(port: number): string[];
}

/**
 * The passes that the door's thread has. Who judges gave them for a few seconds and can have them back at any moment; whether
 * one was taken before that or not is decided here, in one thread.
 *
 * @param rules what the rules' file is now: rules that were changed meanwhile have not judged it
 */
export function passes({ now }: Pick<Clock, 'now'>, rules: () => string): Passes {
  const acts = new Map<
    string,
    { given: PassesGiven; like: string; left: Map<string, Pass>; taken: string[] }
  >();
  return {
    give(given) {
      const left = new Map(given.passes.map((pass) => [pass.path, pass]));
      acts.set(given.actId, { given, like: likeOf(given.like), left, taken: [] });
    },
    take(request) {
      let like: string | undefined;
      for (const act of acts.values()) {
        const pass = act.left.get(request.path);
        if (!pass) continue;
        like ??= likeOf(request);
        if (like !== act.like || now() > act.given.until || rules() !== act.given.rules) continue;
        act.left.delete(request.path);
        act.taken.push(pass.id);
        return pass;
      }
      return undefined;
    },
    listed(context, session) {
      for (const { given, left } of acts.values())
        if (given.like.context === context && given.like.headers['kubectl-session'] === session) left.clear();
    },
    recall(actId) {
      const taken = acts.get(actId)?.taken ?? [];
      acts.delete(actId);
      return taken;
    },
    leftBy: (port) =>
      [...acts.values()]
        .filter(({ given }) => given.like.clientPort === port)
        .map(({ given }) => given.actId),
  };
}

/** Everything that a judgement may depend on, but the path; which connection it came by is no part of that. */
function likeOf(request: Omit<AskedRequest, 'id' | 'path'>): string {
  const { context, person, tokenId, tool, agent, method, query, headers, body } = request;
  const names = Object.keys(headers).sort();
  const named = names.map((name) => [name, headers[name]]);
  const asked = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  return JSON.stringify([context, person, tokenId, tool, agent ?? false, method, query, named, asked]);
}
