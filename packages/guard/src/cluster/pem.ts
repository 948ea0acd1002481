import { readFileSync } from 'node:fs';
import { nameText, ToolcribError } from '@toolcrib/model';
import type { ContextConfig } from './kubeconfig.ts';

/** Text of a PEM entry: base64 in the file itself (which wins), or a file of its own. */
export function pem(
  context: ContextConfig,
  data: string | undefined,
  file: string | undefined,
  what: string,
) {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readText(context, file, what) : undefined;
}

/** @throws ToolcribError `credentials` */
export function readText(context: ContextConfig, path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ToolcribError(
      'credentials',
      `The ${what} ${path} of context ${nameText(context.name)} can't be read: ${(cause as Error).message}.`,
      { next: 'Put the file back, or let the tool that made it write it anew.', cause },
    );
  }
}
