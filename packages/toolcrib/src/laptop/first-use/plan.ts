import { existsSync } from 'node:fs';
import { loadPolicy } from '@toolcrib/guard/policy/policy';
import { type Mode, messageOf } from '@toolcrib/model';
import { z } from 'zod';
import { inPath } from '../doctor/client-version.ts';
import { readIfThere } from '../files.ts';
import type { Here } from '../here.ts';
import { shellOf } from '../shell.ts';
import { proposedMode } from './modes.ts';
import { firstPolicy } from './policy-text.ts';
import { blockIn, isTorn } from './rc-block.ts';
import { lookAt } from './rc-file.ts';
import { completionLines, hookLines, RC_SHELLS, type RcShell, rcFile } from './shell-lines.ts';

const modeSchema = z.enum(['observe', 'warn', 'enforce']);

/** What a person is asked for a first use. */
export const setupChoiceSchema = z.strictObject({
  /** None: that of SHELL. */
  shell: z.enum(RC_SHELLS).optional(),
  /** By context; of those that are left out what is proposed counts. */
  modes: z.record(z.string(), modeSchema).default({}),
});

const partSchema = z.object({
  /** `offered`: it can be added. `there`: it is, by setup. `by-hand`: the person's own line does it. `cannot`: see why. */
  state: z.enum(['offered', 'there', 'by-hand', 'cannot']),
  /** Exactly what would be added. */
  lines: z.array(z.string()),
});

/** What a setup would do, to be shown before it is done. */
export const setupPlanSchema = z.object({
  contexts: z.array(
    z.object({
      name: z.string(),
      mode: modeSchema,
      why: z.string(),
      /** By the guard.yaml that is there; absent where there is none. */
      now: modeSchema.optional(),
    }),
  ),
  /** Why the person's contexts are not known. */
  unread: z.string().optional(),
  policy: z.object({
    path: z.string(),
    /** `kept`: there is one, and it is never written over. */
    state: z.enum(['offered', 'kept', 'cannot']),
    text: z.string(),
    why: z.string().optional(),
  }),
  shell: z.object({
    /** Absent where it is none that is spoken here. */
    name: z.enum(RC_SHELLS).optional(),
    file: z.string().optional(),
    /** The file that is really changed, where that one is a link. */
    leadsTo: z.string().optional(),
    why: z.string().optional(),
    hook: partSchema,
    completion: partSchema,
  }),
});
export type SetupPlan = z.output<typeof setupPlanSchema>;

/**
 * Looks, and changes nothing.
 * @param names of the person's contexts, or why they can't be had
 */
export function planSetup(
  here: Here,
  names: readonly string[] | { unread: string },
  choice: z.output<typeof setupChoiceSchema>,
): SetupPlan {
  const known = 'unread' in names ? [] : [...new Set(names)];
  const contexts = known.map((name) => {
    const { mode, why } = proposedMode(name);
    const chosen = Object.hasOwn(choice.modes, name) ? choice.modes[name] : undefined;
    return chosen === undefined || chosen === mode
      ? { name, mode, why }
      : { name, mode: chosen, why: 'as you say' };
  });
  const { policy, modeNow } = policyPart(here, contexts);
  return {
    contexts: contexts.map((one) => {
      const now = modeNow?.(one.name);
      return now === undefined ? one : { ...one, now };
    }),
    ...('unread' in names ? { unread: names.unread } : {}),
    policy,
    shell: shellPart(here, choice.shell),
  };
}

function policyPart(
  { paths: { policy: path } }: Here,
  contexts: readonly { name: string; mode: Mode }[],
): { policy: SetupPlan['policy']; modeNow?: (name: string) => Mode } {
  const text = firstPolicy(contexts);
  if (!existsSync(path)) {
    const { cannot } = lookAt(path);
    if (cannot !== undefined) return { policy: { path, state: 'cannot', text, why: cannot } };
    return { policy: { path, state: 'offered', text } };
  }
  try {
    const policy = loadPolicy(readIfThere(path) ?? '', path);
    return { policy: { path, state: 'kept', text }, modeNow: (name) => policy.modeFor(name, undefined) };
  } catch (error) {
    return { policy: { path, state: 'kept', text, why: messageOf(error) } };
  }
}

function shellPart({ env, home }: Here, given: RcShell | undefined): SetupPlan['shell'] {
  const none = { state: 'cannot' as const, lines: [] };
  let name: RcShell | undefined;
  try {
    const shell = shellOf(given, env);
    name = shell === 'sh' ? undefined : shell;
  } catch (error) {
    return { why: messageOf(error), hook: none, completion: none };
  }
  if (name === undefined)
    return { why: 'sh reads no file for new terminals alone', hook: none, completion: none };
  const found = lookAt(rcFile(name, env, home));
  const parts = { hook: hookLines(name), completion: completionLines(name) };
  const block = found.text === undefined ? undefined : blockIn(found.text);
  const byHand = block?.before ?? (block ? '' : found.text) ?? '';
  const away =
    inPath('toolcrib', env.PATH) === undefined
      ? 'toolcrib is not in PATH, so no new terminal would find it'
      : undefined;
  const torn =
    found.text !== undefined && isTorn(found.text)
      ? 'a mark of an earlier setup stands there alone'
      : undefined;
  const why = found.cannot ?? away ?? torn;
  const part = (lines: string[], own: RegExp): z.output<typeof partSchema> => {
    if (block?.lines.join('\n').includes(lines.join('\n'))) return { state: 'there', lines };
    if (own.test(byHand)) return { state: 'by-hand', lines };
    return { state: why === undefined ? 'offered' : 'cannot', lines };
  };
  return {
    name,
    file: found.path,
    ...(found.leadsTo === undefined ? {} : { leadsTo: found.leadsTo }),
    ...(why === undefined ? {} : { why }),
    hook: part(parts.hook, /^[^#\n]*\btoolcrib\s+on\b/m),
    completion: part(parts.completion, /^[^#\n]*\btoolcrib\s+completion\b/m),
  };
}
