import { ToolcribError } from '@toolcrib/model';
import { type OsvRecord, osvRecordSchema } from './schema.ts';

/** purl type → OSV ecosystem. */
export const ECOSYSTEMS: Record<string, string> = {
  npm: 'npm',
  pypi: 'PyPI',
  cargo: 'crates.io',
  golang: 'Go',
  maven: 'Maven',
  gem: 'RubyGems',
  nuget: 'NuGet',
  composer: 'Packagist',
};

/** The records of one document: a record, a list, or an answer of the API. @throws {ToolcribError} `bad-file` */
export function recordsIn(content: unknown, name: string): OsvRecord[] {
  const list = Array.isArray(content) ? content : isAnswer(content) ? (content.vulns ?? []) : [content];
  return list.map((item) => {
    const parsed = osvRecordSchema.safeParse(item);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new ToolcribError(
      'bad-file',
      `${name} is no OSV record: ${issue?.path.join('.') || '(the record)'}: ${issue?.message}`,
      {
        next: 'OSV’s batch answers hold ids only; give the full records',
      },
    );
  });
}

/**
 * Whatever was picked out by a question may leave out the very record that speaks of this version: an answer does not
 * say which version it was asked for, nor when. Only a folder or an export can be whole.
 */
export function whyPartial(content: unknown, alone: boolean): string | null {
  if (Array.isArray(content)) return 'it is a list that somebody picked: there may be other records';
  if (!isAnswer(content)) return alone ? 'it is a single record: there may be others' : null;
  return 'next_page_token' in content
    ? 'it is one page of an answer that goes on (next_page_token)'
    : 'it is an answer, which does not say what was asked and when';
}

function isAnswer(content: unknown): content is { vulns?: unknown[] } {
  const keys = Object.keys(content as object);
  return keys.length === 0 || keys.includes('vulns');
}
