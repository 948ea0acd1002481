import type { Names } from './names.ts';

/** What is left where something was taken out. */
export const OUT = '…';

const LETTERS = /^(?:[a-z]{1,20}|[A-Z][a-z]{0,19}|[A-Z]{1,12})$/;
const NUMBER = /^[-+]?\d{1,7}(?:[.,:]\d{1,4}){0,2}%?$/;
const VERSION = /^v?\d{1,4}\.\d{1,5}(?:\.\d{1,5})?(?:[-+][a-z]{1,12}(?:\.\d{1,4})?)?$/;
const VARIABLE = /^\$?[A-Z]{2,12}(?:_[A-Z]{2,12}){0,3}$/;
const OPTION = /^--?[a-z]{1,12}(?:-[a-z]{1,12}){0,2}$/;
const ADDRESS = /^(?:https?:\/\/)?127\.0\.0\.1(?::\d{1,5})?$/;
/** Below a folder that has a word of its own: names of ours, and the line in the file. */
const OWN_PATH = /^<(?:home|config|state)>(?:\/\.?[a-z]{1,12}(?:[.-][a-z]{1,8}){0,2}){0,3}(?::\d{1,6}){0,2}$/;
const NAMED = /^<[a-z]+-\d+>$/;

const AROUND = /^(["'“”‘’(),.:;!?→`[\]{}$|=]*)(.*?)(["'“”‘’(),.:;!?→`[\]{}|=]*)$/su;

/**
 * A text that we wrote ourselves, for strangers: names by their stand-ins, and of the rest nothing but plain words, numbers and
 * versions, in one line. What mixes letters with digits, or large with small ones, is no word: keys, tokens, digests and whatever encodes them.
 */
export function plainWords(text: string, names: Names): string {
  return named(text, names)
    .split(/(\s+)/)
    .map((part) => (/^\s*$/.test(part) ? ' '.repeat(Math.min(1, part.length)) : word(part)))
    .join('');
}

/** With names replaced, the longest first; a name is not looked for within a longer word. */
export function named(text: string, names: Names): string {
  const all = [...names.keys()].sort((a, b) => b.length - a.length);
  if (all.length === 0) return text;
  const escaped = all.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped})(?![\\p{L}\\p{N}_])`, 'gu');
  return text.replace(pattern, (name) => names.get(name) ?? OUT);
}

function word(part: string): string {
  // A token of several names: `<context-1>, `. The sign of a stand-in is no mark around a word.
  const [, before = '', core = '', after = ''] = AROUND.exec(part) ?? [];
  return `${before}${core === '' || isPlain(core) ? core : OUT}${after}`;
}

function isPlain(core: string): boolean {
  if ([NUMBER, VERSION, VARIABLE, OPTION, ADDRESS, OWN_PATH, NAMED].some((pattern) => pattern.test(core)))
    return true;
  return core.length <= 40 && core.split(/['’/-]/).every((piece) => LETTERS.test(piece));
}
