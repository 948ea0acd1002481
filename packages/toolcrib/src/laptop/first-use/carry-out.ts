import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readIfThere, writeOwnFile } from '../files.ts';
import type { Here } from '../here.ts';
import type { Paths } from '../paths.ts';
import type { SetupPlan } from './plan.ts';
import { blockIn, withBlock } from './rc-block.ts';
import { change, lookAt, missingFolders, type RcFile } from './rc-file.ts';

/** What setup has added to the person's own, for who takes it out again. */
const recordSchema = z.object({
  version: z.literal(1),
  /** The guard.yaml that it wrote. */
  policy: z.object({ sha256: z.string(), folders: z.number() }).optional(),
  /** Where lines of it stand; the marks in them tell the rest. */
  files: z.array(z.string()),
});
export type SetupRecord = z.output<typeof recordSchema>;

/** undefined where there is none, or none that can be read: then the marks alone tell. */
export function setupRecord({ setup }: Pick<Paths, 'setup'>): SetupRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readIfThere(setup) ?? ''));
  } catch {
    return undefined;
  }
}

export const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

/** What of the plan a person said yes to. */
export interface Yes {
  policy: boolean;
  hook: boolean;
  completion: boolean;
}

/**
 * Does what was shown, or nothing: what was done before something failed is taken back.
 * @returns the files that were written
 * @throws ToolcribError `conflict` where a file has changed since; `bad-file`
 */
export function carryOut({ paths }: Here, plan: SetupPlan, yes: Yes): string[] {
  const { policy, shell } = plan;
  const parts = [yes.hook ? shell.hook : undefined, yes.completion ? shell.completion : undefined];
  const wanted = parts.filter((part) => part?.state === 'offered').flatMap((part) => part?.lines ?? []);
  const steps: { file: RcFile; text: string; folders: number }[] = [];
  const record: SetupRecord = setupRecord(paths) ?? { version: 1, files: [] };
  if (yes.policy && policy.state === 'offered') {
    const text = Buffer.from(policy.text).toString('latin1');
    const folders = missingFolders(policy.path);
    steps.push({ file: { path: policy.path }, text, folders });
    record.policy = { sha256: sha256(text), folders };
  }
  if (wanted.length > 0 && shell.file !== undefined) {
    const file = lookAt(shell.file);
    const old = file.text === undefined ? undefined : blockIn(file.text);
    const before = old ? old.before : file.text;
    const folders = old?.folders ?? missingFolders(shell.file);
    const lines = [...(old?.lines ?? []), ...wanted];
    steps.push({ file, text: withBlock(before, lines, folders), folders });
    record.files = [...new Set([...record.files, shell.file])];
  }
  if (steps.length === 0) return [];
  // Known before anything stands there.
  const recordBefore = readIfThere(paths.setup);
  writeOwnFile(paths.setup, `${JSON.stringify(record, null, 2)}\n`);
  const done: typeof steps = [];
  try {
    for (const step of steps) {
      change(step.file, step.text);
      done.push(step);
    }
  } catch (error) {
    for (const { file, text, folders } of done.reverse()) change({ ...file, text }, file.text, folders);
    if (recordBefore === undefined) change({ path: paths.setup, text: readIfThere(paths.setup) }, undefined);
    else writeOwnFile(paths.setup, recordBefore);
    throw error;
  }
  return steps.map(({ file }) => file.path);
}
