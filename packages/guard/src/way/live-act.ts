// Step: act
import type { Act, Hold, UnseenKind } from '@toolcrib/model';
import type { HookAt } from '../look/uninstall.ts';
import type { Foreseen } from './foretold.ts';
import type { Seen } from './seen.ts';

/** A look that the next like request of the act need not make again. */
export interface SeenBefore {
  at: number;
  /** Same options, same foreseen objects. */
  key: string;
  seen: Seen;
}

/** An act that goes on, with what it is expected to touch. */
export interface LiveAct {
  act: Act;
  /** What the session's LISTs found, by list; looked up once each. */
  expected: Map<string, Foreseen[]>;
  /** Why what else its command will take can't be told ahead; absent where it is told, or the command says nothing of it. */
  untold?: string;
  /** Cancels the forgetting of that. */
  remembering?: () => void;
  /** Lists of its session that the guard could not make itself, by list. */
  unlisted?: Map<string, UnseenKind>;
  /** How bad the request is that gave the act its title; the worst one does. */
  worst?: number;
  /** What was seen a moment ago of all that it will go through: see `seeRadius`. */
  seen?: SeenBefore;
  /** Its client was told how to take it back. */
  toldUndo?: boolean;
  /** The code of another act's hold under which it was held too: what becomes of that is said of both. */
  shares?: string;
  /** Its program is one `helm uninstall` (Linux): it does nothing else, and a hook of the release may take it minutes. */
  oneUninstall?: boolean;
  /** Its program is one `kubectl delete` that tells no session (before 1.22; Linux). */
  oneDelete?: boolean;
  /** Uninstalls that were stopped at their first write, by the record that it wrote. */
  stopped?: Map<string, StoppedUninstall>;
  /** Uninstalls that a person's yes let go, by the same. */
  begun?: Map<string, BegunUninstall>;
}

/** An uninstall that was stopped at its first write: helm goes on to delete all the same. */
export interface StoppedUninstall {
  /** The code of its hold, where a person is asked; absent where it was refused. */
  code?: string;
  /** Why it was refused; absent where it is held. */
  why?: string;
  /** When it was stopped, or what it went on to last. Milliseconds since 1970. */
  at: number;
  /** What it was about to delete; undefined where its record could not be read, and so nobody knows. */
  foretold?: ReadonlySet<string>;
  /** Of that, what it has tried. */
  tried: Set<string>;
  /** The hooks that helm makes all the same; undefined where nobody knows. */
  hooks?: readonly HookAt[];
}

/** An uninstall that a person's yes let go: it writes its record again before each of its hooks. */
interface BegunUninstall {
  hold: Hold;
  /** When it wrote its record last. Milliseconds since 1970. */
  at: number;
}
