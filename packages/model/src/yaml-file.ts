import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ToolcribError } from './errors.ts';

/**
 * Reads a YAML (or JSON) file that a person wrote and checks it against its schema.
 *
 * @param name how the file is called in the error, usually its path
 * @throws ToolcribError `bad-file` that names every fault with line and column (both from 1)
 */
export function parseYamlFile<Schema extends z.ZodType>(
  text: string,
  name: string,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ToolcribError('bad-file', `${name}:${line}:${col}: ${broken.message}`, {
      next: 'Mend the YAML there and try again.',
      cause: broken,
    });
  }
  // Aliases are counted by the library (100 at most), so a "billion laughs" file ends here as an error.
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    const { line, col } = lines.linePos(offsetOf(document, path));
    return `${name}:${line}:${col}: ${path.join('.') || '(the file)'}: ${issue.message}`;
  });
  throw new ToolcribError('bad-file', faults.join('\n'), {
    next: 'Mend these lines and try again.',
    cause: result.error,
  });
}

type Parsed = ReturnType<typeof parseDocument>;

/** Where the node at `path` stands; the nearest ancestor that exists, for what is missing. */
function offsetOf(document: Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
