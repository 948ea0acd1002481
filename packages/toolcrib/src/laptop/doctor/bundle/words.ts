import type { Names } from './names.ts';

/** What is left where something was taken out. */
export const OUT = '…';

const LETTERS = /^(?:[a-z]{1,20}|[A-Z][a-z]{0,19}|[A-Z]{1,12})$/;
const NUMBER = /^[-+]?\d{1,7}(?:[.,:]\d{1,4}){0,2}%?$/;
const VERSION = /^v?\d{1,4}\.\d{1,5}(?:\.\d{1,5})?(?:[-+][a-z]{1,12}(?:\.\d{1,4})?)?$/;
const VARIABLE = /^\$?[A-Z]{2,12}(?:_[A-Z]{2,12}){0,3}$/;
const OPTION = /^--?[a-z]{1,12}(?:-[a-z]{1,12}){0,2}$/;
const ADDRESS = /^(?:https?:\/\/)?127\.0\.0\.1(?::\d{1,5})?$/;
/** Below a folder of ours: names of ours, and the line in the file. */
const OWN_PATH = /^<(?:config|state)>(?:\/\.?[a-z]{1,12}(?:[.-][a-z]{1,8}){0,2}){0,3}(?::\d{1,6}){0,2}$/;
/** Of a home everybody has these; what else lies there has names that are the person's. */
const HOME = /^<home>(?:\/\.(?:kube\/config|bashrc|zshrc|config\/fish\/config\.fish))?$/;
const NAMED = /^<[a-z]+-\d+>$/;

/** What somebody else says is quoted: a cluster quotes the names of objects, a file's reader the words of the file. */
const QUOTED = /"[^"]*(?:"|$)|“[^”]*(?:”|$)|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu;

const AROUND = /^(["'“”‘’(),.:;!?→`[\]{}$|=]*)(.*?)(["'“”‘’(),.:;!?→`[\]{}|=]*)$/su;

/**
 * A text that we wrote ourselves, for strangers: names by their stand-ins, and of the rest nothing but plain words, numbers and
 * versions, in one line, and nothing that is quoted. What mixes letters with digits, or large with small ones, is no word: keys, tokens, digests and whatever encodes them.
 */
export function plainWords(text: string, names: Names): string {
  return named(text, names)
    .replace(QUOTED, (all) =>
      isStandIn(all.slice(1, -1)) ? all : `${all[0]}${OUT}${all[0] === '“' ? '”' : all[0]}`,
    )
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

const isStandIn = (core: string) => [OWN_PATH, HOME, NAMED].some((pattern) => pattern.test(core));

/** A slash parts a kind or a namespace from a name. */
function isPlain(core: string): boolean {
  if (isStandIn(core)) return true;
  if ([NUMBER, VERSION, VARIABLE, OPTION, ADDRESS].some((pattern) => pattern.test(core))) return true;
  return core.length <= 40 && core.split(/['’-]/).every((piece) => LETTERS.test(piece));
}
