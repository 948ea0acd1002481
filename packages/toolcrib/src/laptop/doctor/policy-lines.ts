import { defaultPolicy, type GuardPolicy, loadPolicy, matchesGlob } from '@toolcrib/guard/policy/policy';
import { contextNameOf } from '@toolcrib/model';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { readIfThere } from '../files.ts';

/** What guard.yaml says, and in which line. */
export interface PolicyLines {
  /** In force where a guard starts now. */
  policy: GuardPolicy;
  /** Whether there is such a file. */
  there: boolean;
  /** The entry that decides about a context, with its line from 1; undefined where none does. */
  clusterOf(context: string): { glob: string; line: number } | undefined;
  /** Its line; undefined where it is not written there. */
  ruleLine(name: string): number | undefined;
  disableLine(name: string): number | undefined;
}

/** @throws ToolcribError `bad-file` where the file can't be used */
export function policyLines(path: string): PolicyLines {
  const text = readIfThere(path);
  const policy = text === undefined ? defaultPolicy() : loadPolicy(text, path);
  const lines = new LineCounter();
  const document = parseDocument(text ?? '', { lineCounter: lines });
  const items = (field: string) => {
    const list = document.getIn(['spec', field], true);
    return isSeq(list) ? list.items : [];
  };
  const lineOf = (node: unknown) =>
    lines.linePos((node as { range?: [number, number, number] | null }).range?.[0] ?? 0).line;
  const named = (field: string, key: string) =>
    items(field).flatMap((node) =>
      isMap(node) ? [{ value: String(node.get(key) ?? ''), line: lineOf(node) }] : [],
    );
  const clusters = named('clusters', 'context');
  const rules = named('rules', 'name');
  const disabled = items('disable').map((node) => ({ value: String(node), line: lineOf(node) }));
  const find = (list: { value: string; line: number }[], name: string) =>
    list.find(({ value }) => value === name)?.line;
  return {
    policy,
    there: text !== undefined,
    clusterOf(context) {
      const names = [context, contextNameOf(context)];
      const entry = clusters.find(({ value }) => names.some((name) => matchesGlob(value, name)));
      return entry && { glob: entry.value, line: entry.line };
    },
    ruleLine: (name) => find(rules, name),
    disableLine: (name) => find(disabled, name),
  };
}
