import { readFileSync } from 'node:fs';
import { NEEDED } from '@toolcrib/guard/decide/decide';
import { defaultPolicy, type GuardPolicy, loadPolicy } from '@toolcrib/guard/policy/policy';
import { type DecisionVerb, messageOf, ToolcribError } from '@toolcrib/model';
import { ABSENT, stampOf } from './policy-stamp.ts';

export interface PolicyFile {
  current(): GuardPolicy;
  /** The text of what is in force; undefined for the built-in one. */
  text(): string | undefined;
  /** Where it stands, null for the built-in one; and what is wrong with it now, if anything. */
  state(): {
    file: string | null;
    error: string | null;
    /** Every rule in force, in the order in which they are asked. */
    rules: { name: string; then: DecisionVerb; from: string }[];
    disabled: string[];
  };
}

/** Milliseconds. Editors save by moving the old file away and the new one in its place. */
const REPLACED_WITHIN = 2_000;

/**
 * `guard.yaml`, read again when it changes. A file that is broken later, or can't be read, leaves the last good policy in
 * force and says so; one that is broken at the start is an error: nobody should believe in rules that are not there. One
 * that is away for a moment leaves it in force too: an editor is saving it. That it is gone for good is said as well.
 * @param last what was in force a moment ago, for a thread that begins while the file is broken
 * @throws ToolcribError `bad-file`
 */
export function policyFile(
  path: string,
  last?: string,
  {
    now = () => performance.now(),
    log = () => undefined,
  }: {
    /** Milliseconds that only go forward. */
    now?: () => number;
    log?: (line: string, detail: Record<string, unknown>) => void;
  } = {},
): PolicyFile {
  let stampNow = '';
  let policy = last === undefined ? defaultPolicy() : loadPolicy(last, path);
  let text: string | undefined = last;
  let file: string | null = last === undefined ? null : path;
  let error: string | null = null;
  let awaySince: number | undefined;

  const say = (what: string | null): void => {
    if (what !== null && what !== error) log('guard.yaml is not what is in force', { file: path, why: what });
    error = what;
  };

  const gone = (): void => {
    awaySince ??= now();
    if (text !== undefined && now() - awaySince < REPLACED_WITHIN) return;
    if (text !== undefined) say(`${path} is gone; the built-in policy counts, which only observes.`);
    policy = defaultPolicy();
    text = undefined;
    file = null;
    stampNow = ABSENT;
  };

  const refresh = (first: boolean) => {
    const stamp = stampOf(path, text === undefined);
    if (stamp !== ABSENT) awaySince = undefined;
    if (stamp === stampNow) return;
    if (stamp === ABSENT) return gone();
    // What can't be read is tried again, also where it comes back as it was.
    stampNow = '';
    try {
      const read = readText(path);
      // From here on it is about what it says: that changes only when it is written.
      stampNow = stamp;
      policy = loadPolicy(read, path);
      text = read;
      file = path;
      error = null;
    } catch (cause) {
      if (first && last === undefined) throw cause;
      say(cause instanceof ToolcribError ? cause.message : String(cause));
    }
  };
  refresh(true);
  return {
    current() {
      refresh(false);
      return policy;
    },
    text: () => text,
    state: () => ({
      file,
      error,
      rules: [
        { name: NEEDED, then: 'hold' as const, from: 'built-in, always' },
        ...policy.rules.map(({ name, verdict, origin }) => ({ name, then: verdict, from: origin })),
      ],
      disabled: policy.disabled,
    }),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = messageOf(cause);
    throw new ToolcribError('bad-file', `${path} can't be read: ${why}`, { cause });
  }
}
