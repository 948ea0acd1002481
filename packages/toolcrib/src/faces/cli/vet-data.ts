import type { Verdict } from '@toolcrib/model';
import { Option } from 'commander';
import { stringify } from 'yaml';
import { fitted, type Output } from './terminal.ts';

export const EXIT: Record<Verdict, number> = { pass: 0, fail: 1, unknown: 3 };

/** `-o` of what stands below `vet`, whose own `-o` has other formats. */
export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'for people, or for programs')
    .choices(['text', 'json', 'yaml'])
    .default('text');

/** The text for people, fitted to the terminal where that is one; else what {@link plain} gives. */
export function show(value: unknown, output: Output, text: () => string): void {
  process.stdout.write(`${plain(value, output) ?? fitted(text(), process.stdout.columns)}\n`);
}

/** The machine-readable forms; undefined for text. Points in time are RFC 3339 in these values already. */
function plain(value: unknown, output: Output): string | undefined {
  if (output === 'json') return JSON.stringify(value, null, 2);
  return output === 'yaml' ? stringify(value).trimEnd() : undefined;
}
