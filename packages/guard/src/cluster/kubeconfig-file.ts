import { readPlainScalar } from '@toolcrib/kube';
import { ToolcribError } from '@toolcrib/model';
import { type Document, isNode, LineCounter, parseAllDocuments, parseDocument, type ScalarTag } from 'yaml';
import { z } from 'zod';

// The v1 Config of client-go (tools/clientcmd/api/v1/types.go), as far as it is used here. Go reads null and
// a missing field alike, and so must we: `users: null` is what kubectl itself writes for an empty list.

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? undefined);
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const extensions = list(z.looseObject({ name: z.string(), extension: z.unknown() }));

const cluster = z.looseObject({
  server: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': flag,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions,
});

const exec = z.looseObject({
  command: z.string(),
  args: texts,
  env: list(z.looseObject({ name: z.string(), value: z.string() })),
  apiVersion: text,
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
});

const user = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': texts,
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  'auth-provider': z
    .looseObject({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
  exec: exec.nullish(),
});

const context = z.looseObject({
  cluster: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  user: text,
  namespace: text,
  extensions,
});

const config = z.looseObject({
  'current-context': text,
  clusters: list(z.looseObject({ name: z.string(), cluster })),
  users: list(z.looseObject({ name: z.string(), user: user.nullish().transform((value) => value ?? {}) })),
  contexts: list(z.looseObject({ name: z.string(), context })),
  extensions,
});

type Config = z.infer<typeof config>;
export type ClusterEntry = Config['clusters'][number]['cluster'];
export type ExecEntry = z.infer<typeof exec>;
export type UserEntry = Partial<z.infer<typeof user>>;

export interface KubeconfigFile {
  path: string;
  currentContext?: string;
  clusters: Config['clusters'];
  users: { name: string; user: UserEntry }[];
  contexts: Config['contexts'];
  extensions: Config['extensions'];
}

/** @throws ToolcribError `bad-file`, with line and column. Never quotes the file: it holds secrets. */
export function parseKubeconfig(path: string, text: string): KubeconfigFile {
  const lines = new LineCounter();
  const document = firstDocument(text, lines);
  const [broken] = document.errors;
  if (broken) throw bad(path, lines.linePos(broken.pos[0]), firstLine(broken.message), broken);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    // An alias without its anchor, or a bomb of them, shows only now.
    throw bad(path, lines.linePos(0), firstLine((cause as Error).message), cause);
  }
  const result = config.safeParse(value);
  if (!result.success) {
    // There is at least one.
    const { path: at, message } = result.error.issues[0] as z.core.$ZodIssue;
    const where = lines.linePos(offsetOf(document, at));
    throw bad(path, where, `${at.join('.') || 'the file'}: ${message}`, result.error);
  }
  const { clusters, users, contexts, extensions, 'current-context': currentContext } = result.data;
  return { path, currentContext, clusters, users, contexts, extensions };
}

/**
 * What kubectl takes of a file: its first document, and in that plain words for what they are in YAML 1.1, as Go's reader has
 * it (`yes` is a truth, and `1_000` a number).
 */
function firstDocument(text: string, lineCounter: LineCounter): Document.Parsed {
  const all = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    strict: true,
    customTags: (tags) => [PLAIN, ...tags],
  });
  const [first] = 'empty' in all ? [] : all;
  return first ?? parseDocument('');
}

const PLAIN: ScalarTag = {
  tag: 'tag:toolcrib.dev,2026:plain',
  default: true,
  test: /^/,
  resolve: readPlainScalar,
};

/** Where in the text a value stands, or the nearest thing around it. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node =
      length === 0 ? document.contents : document.getIn(path.slice(0, length) as (string | number)[], true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function firstLine(text: string): string {
  return text.replace(/\n.*/s, '');
}

function bad(path: string, at: { line: number; col: number }, why: string, cause: unknown): ToolcribError {
  const line = Math.max(at.line, 1);
  const column = Math.max(at.col, 1);
  return new ToolcribError(
    'bad-file',
    `The kubeconfig ${path}:${line}:${column} is not understood: ${why}.`,
    {
      next: `Correct it there; KUBECONFIG=${path} kubectl config view checks it.`,
      cause,
    },
  );
}
