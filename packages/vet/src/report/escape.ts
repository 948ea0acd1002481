/** C0, DEL, C1, and what turns the reading order or hides: a name must not be able to repaint the terminal. */
const UNSAFE = new RegExp(
  [
    '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]',
    '[\\ud800-\\udbff](?![\\udc00-\\udfff])',
    '(?<![\\ud800-\\udbff])[\\udc00-\\udfff]',
    // Tag characters (U+E0000 and on): text that nobody sees.
    '\\udb40[\\udc00-\\udfff]',
  ].join('|'),
  'g',
);

/** Makes text of strangers visible: what could act is written as `\u{…}`. For the terminal, and before every other escape. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (unsafe) =>
    unsafe === '\n' || unsafe === '\t' ? ' ' : `\\u{${Number(unsafe.codePointAt(0)).toString(16)}}`,
  );
}

export const hasUnsafe = (text: string): boolean => text.replace(/[\n\t]/g, '').search(UNSAFE) !== -1;

/** The same as escapes of JSON or YAML, for a document in which only quoted strings hold such characters. */
export function escapeUnsafe(document: string, format: 'json' | 'yaml'): string {
  const hex = (code: number, width: number) => code.toString(16).padStart(width, '0');
  return document.replace(UNSAFE, (unsafe) => {
    if (unsafe === '\n' || unsafe === '\t') return unsafe;
    if (unsafe.length === 2 && format === 'yaml') return `\\U${hex(Number(unsafe.codePointAt(0)), 8)}`;
    return unsafe.replace(/[\s\S]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
  });
}

export function html(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visible(text).replace(/[&<>"']/g, (character) => `${entities[character]}`);
}

/** For running text and table cells of GitHub's Markdown: neither markup, HTML, links, mentions nor cells. */
export function markdown(text: string): string {
  return (
    visible(text)
      .replace(/[\\`*_{}[\]()#+!|~$]/g, '\\$&')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      // GitHub makes mentions, references and links of text even where it is escaped; a zero-width space ends them.
      .replace(/[@#]/g, '$&\u200b')
      .replace(/\b(https?|www)([:.])/gi, '$1\u200b$2')
  );
}

/** A code span that no run of backticks can end. */
export function markdownCode(text: string): string {
  const plain = visible(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${longest > 0 ? ' ' : ''}${plain}${longest > 0 ? ' ' : ''}${fence}`;
}
