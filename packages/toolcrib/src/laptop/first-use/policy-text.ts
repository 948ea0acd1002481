import type { Mode } from '@toolcrib/model';

/**
 * `guard.yaml` as it is first written, with what a person needs to go on from there. Read by the schema that reads every one.
 * @param known contexts by the names that they have in the person's files
 */
export function firstPolicy(known: readonly { name: string; mode: Mode }[]): string {
  // An empty name is one to kubectl, and to no guard.yaml: the last line decides about it.
  const contexts = known.filter(({ name }) => name !== '');
  const width = Math.max(0, ...contexts.map(({ name }) => quoted(name).length));
  const lines = inOrder(contexts).map(({ name, mode }) => {
    const written = `${quoted(name)},`.padEnd(width + 1);
    return `    - {context: ${written} mode: ${mode}}`;
  });
  return `# What the guard may stop, and where. It counts from the next request on.
# Which line decides about a cluster says: toolcrib doctor
apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  # The first line whose context matches decides; * stands for any characters.
  #   observe  nothing is stopped; what goes is kept, and can be undone
  #   warn     the same, and whoever asks is told
  #   enforce  what destroys waits for a yes
  clusters:
${lines.length > 0 ? `${lines.join('\n')}\n` : ''}    # Every other one, also one that comes later.
    - {context: "*", mode: observe}
  # Namespaces of an enforced cluster that are only observed:
  #   - {context: "prod-*", mode: enforce, exceptNamespaces: ["preview-*"]}
  # Rules of your own add to the built-in ones: see toolcrib guard status.
`;
}

/** A name with a star in it is read as a pattern: below the others it decides about none of them, the strictest first. */
function inOrder<One extends { name: string; mode: Mode }>(contexts: readonly One[]): One[] {
  const strict = { enforce: 0, warn: 1, observe: 2 } as const;
  const [plain, patterns] = [false, true].map((has) =>
    contexts.filter(({ name }) => name.includes('*') === has),
  );
  return [...(plain ?? []), ...(patterns ?? []).sort((a, b) => strict[a.mode] - strict[b.mode])];
}

/** What an editor, or a terminal that shows the file, would obey or not show, is written as YAML escapes it. */
function quoted(name: string): string {
  return JSON.stringify(name).replace(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (one) => {
    const code = (one.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
