import { readFileSync, statSync } from 'node:fs';
import { NEEDED } from '../guard/decide/decide.ts';
import { defaultPolicy, type GuardPolicy, loadPolicy } from '../guard/policy/policy.ts';
import { type DecisionVerb, ToolcribError } from '../model/index.ts';

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
 * `guard.yaml`, read again when it changes. A file that is broken later leaves the last good policy in force and says
 * so; one that is broken at the start is an error: nobody should believe in rules that are not there. One that is away for a
 * moment leaves it in force too: an editor is saving it.
 * @param last what was in force a moment ago, for a thread that begins while the file is broken
 * @param now milliseconds that only go forward
 * @throws ToolcribError `bad-file`
 */
export function policyFile(
  path: string,
  last?: string,
  now: () => number = () => performance.now(),
): PolicyFile {
  let stampNow = '';
  let policy = last === undefined ? defaultPolicy() : loadPolicy(last, path);
  let text: string | undefined = last;
  let file: string | null = last === undefined ? null : path;
  let error: string | null = null;
  let awaySince: number | undefined;

  const refresh = (first: boolean) => {
    const stamp = stampOf(path);
    if (stamp !== 'absent') awaySince = undefined;
    if (stamp === stampNow) return;
    if (stamp === 'absent' && text !== undefined) {
      awaySince ??= now();
      if (now() - awaySince < REPLACED_WITHIN) return;
    }
    try {
      const read = stamp === 'absent' ? undefined : readFileSync(path, 'utf8');
      policy = read === undefined ? defaultPolicy() : loadPolicy(read, path);
      text = read;
      file = stamp === 'absent' ? null : path;
      error = null;
    } catch (cause) {
      if (first && last === undefined) throw cause;
      error = cause instanceof ToolcribError ? cause.message : String(cause);
    }
    stampNow = stamp;
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

function stampOf(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return 'absent';
  }
}
