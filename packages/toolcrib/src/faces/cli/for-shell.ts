/** Commands whose standard output a shell evaluates. */
const EVALUATED = ['on', 'off', 'completion'];

/**
 * Whether a shell evaluates what goes to standard output: `eval "$(toolcrib on)"`. `bin/toolcrib.js` asks the same in its own
 * words, where this file can't be loaded.
 * @param args of the program, from its command on
 */
export function isEvaluated(args: readonly string[], isTerminal: boolean): boolean {
  return EVALUATED.includes(args[0] ?? '') && !isTerminal && !wantsData(args);
}

/** The last `-o` counts, as for the parser. */
function wantsData(args: readonly string[]): boolean {
  let format: string | undefined;
  for (let at = 1; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--shell') at++;
    else if (arg === '-o' || arg === '--output') format = args[++at];
    else format = /^(?:-o|--output=)(.+)$/s.exec(arg)?.[1] ?? format;
  }
  return format === 'json' || format === 'yaml';
}

/** What a shell does not obey, though it is handed it to evaluate: each line a comment, in every shell. */
export function commented(text: string): string {
  return text.replace(/^(?=.)/gm, '# ');
}
