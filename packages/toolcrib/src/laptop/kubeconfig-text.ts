import { Document, visit } from 'yaml';

/** What every YAML reader takes for the same text, without quotes. */
const PLAIN = /^[A-Za-z]([\w./:@+-]*\w)?$/;
/** Begins like a text, and is none: to YAML 1.1, which kubectl reads, also what is a text to YAML 1.2. */
const WORD = /^(y|n|yes|no|on|off|true|false|null)$/i;

/**
 * A kubeconfig as YAML. In doubt a text is in quotes: a context called `no`, `1_000` or `<<` is something else to the YAML that
 * kubectl, helm and k9s read, and then none of them reads anything of the file.
 */
export function kubeconfigText(config: object): string {
  const document = new Document(config);
  visit(document, {
    Scalar(_key, node) {
      const text = node.value;
      if (typeof text !== 'string') return;
      if (!PLAIN.test(text) || WORD.test(text)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
}
