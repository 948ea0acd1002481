// A command to be copied stands in one line wherever we break lines: half of one, pasted, does something else or nothing.

const OURS =
  'app|approve|completion|demo|deny|doctor|finish|guard|held|log|off|on|radius|run|sandbox|setup|undo|uninstall|vet';
/** One word of a shell, as `shellWord` writes it: it may have parts in quotes. */
const SHELL = "(?:'[^'\\n]*'|\\\\'|[^\\s,;)'])+";
/** Flags with a value of their own; after `--` a program and no more. */
const VALUED = `(?:--without-net|--context|--before|--shell|--port|--job|--scale|--cascade|-n|-o|--) ${SHELL}`;
const FLAG = `--?[a-z][\\w-]*(?:=${SHELL})?`;
/** Codes, acts, placeholders, `kind/name`, and our second words. */
const WORD =
  'act-\\w+|[A-Z0-9]{2,}|[a-z][a-z.-]*\\/[\\w.-]+|start|stop|status|verify|trust|update|lens|openlens|freelens|headlamp|octant|k9s';
const ARGUMENTS = `(?: (?:${VALUED}|${FLAG}|(?:${WORD})\\b))*`;
const COMMAND = new RegExp(
  [
    'eval "\\$\\(toolcrib (?:on|off)\\)"',
    `\\btoolcrib (?:${OURS})\\b${ARGUMENTS}`,
    `\\bkubectl (?:apply|delete|drain|get|replace|scale)\\b${ARGUMENTS}`,
    `\\bkubectl --context ${SHELL} (?:api-resources|auth whoami|version)\\b${ARGUMENTS}`,
    `\\bkubectl config (?:delete-context|set-cluster|use-context) ${SHELL}${ARGUMENTS}`,
    '\\bhelm uninstall\\b',
  ].join('|'),
  'g',
);

/** What stands for a space within a command; no text of ours or of a cluster's has it (`clean`). */
const HELD = '\u0001';

/** The text with its commands as single words, for whatever breaks lines at spaces. */
export function bound(text: string): string {
  return text.replace(COMMAND, (command) => command.replaceAll(' ', HELD));
}

/** Undoes {@link bound}. */
export function unbound(text: string): string {
  return text.replaceAll(HELD, ' ');
}

/** What a terminal would obey, or show as something else than it is. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * As a shell takes it for one word: in quotes only where it needs them. Nothing in it moves the terminal that it is shown on:
 * what would is written as bash, zsh and ksh read it in `$'…'`.
 */
export function shellWord(text: string): string {
  if (UNSEEN.test(text))
    return `$'${[...text].map((one) => (UNSEEN.test(one) || /['\\]/.test(one) ? escaped(one) : one)).join('')}'`;
  return /^[\w@%+=:./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function escaped(one: string): string {
  return [...new TextEncoder().encode(one)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    .join('');
}

/** The commands in a text, as somebody would copy them. */
export function commandsIn(text: string): string[] {
  return text.match(COMMAND) ?? [];
}
