import { messageOf } from '@toolcrib/model';
import type { Here } from '../here.ts';
import { setupRecord, sha256 } from './carry-out.ts';
import { type Block, blockIn, isTorn } from './rc-block.ts';
import { change, lookAt } from './rc-file.ts';
import { RC_SHELLS, rcFile } from './shell-lines.ts';

/** What setup has added to the person's own files, as it stands there now. */
export interface AddedBySetup {
  /** Lines that go out of files that stay. */
  lines: { path: string; lines: string[] }[];
  /** The guard.yaml that it wrote, where nobody has changed it since. */
  policy?: string;
  /** What it added and can't be taken out, each with the reason. */
  stays: { path: string; why: string }[];
}

/** Looks, and changes nothing. */
export function addedBySetup({ paths, env, home }: Pick<Here, 'paths' | 'env' | 'home'>): AddedBySetup {
  const record = setupRecord(paths);
  const added: AddedBySetup = { lines: [], stays: [] };
  for (const path of rcFiles({ env, home }, record?.files ?? [])) {
    const { text, cannot } = lookAt(path);
    const blocks = blocksIn(text);
    if (text !== undefined && isTorn(text))
      added.stays.push({
        path,
        why: 'of the lines that setup added a mark is missing: take them out yourself',
      });
    else if (blocks.length > 0 && cannot !== undefined)
      added.stays.push({ path, why: `lines that setup added: ${cannot}` });
    else if (blocks.length > 0) added.lines.push({ path, lines: blocks.flatMap(({ lines }) => lines) });
  }
  const { text, cannot } = lookAt(paths.policy);
  if (record?.policy && text !== undefined && sha256(text) === record.policy.sha256) {
    if (cannot === undefined) added.policy = paths.policy;
    else added.stays.push({ path: paths.policy, why: cannot });
  }
  return added;
}

/** Each block, taken out of what the one before it leaves: files of the person's are joined and copied. */
function blocksIn(text: string | undefined): Block[] {
  const block = text === undefined ? undefined : blockIn(text);
  return block ? [block, ...blocksIn(block.before)] : [];
}

/** Every file of a shell that may have our lines: as the environment says now, as it was, and as it is without one. */
function rcFiles({ env, home }: Pick<Here, 'env' | 'home'>, recorded: readonly string[]): string[] {
  const now = RC_SHELLS.flatMap((shell) => [rcFile(shell, env, home), rcFile(shell, {}, home)]);
  return [...new Set([...now, ...recorded])];
}

/**
 * Takes it out: each file is, byte for byte, what it was, with what was written besides since.
 * @returns what could not be taken out
 */
export function takeOut(here: Pick<Here, 'paths' | 'env' | 'home'>): AddedBySetup['stays'] {
  const { lines, policy } = addedBySetup(here);
  const folders = setupRecord(here.paths)?.policy?.folders ?? 0;
  const failed: AddedBySetup['stays'] = [];
  const trying = (path: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      failed.push({ path, why: messageOf(error) });
    }
  };
  for (const { path } of lines)
    trying(path, () => {
      const file = lookAt(path);
      const last = blocksIn(file.text).at(-1);
      if (last) change(file, last.before, last.folders);
    });
  if (policy !== undefined) trying(policy, () => change(lookAt(policy), undefined, folders));
  return failed;
}
