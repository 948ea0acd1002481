/** Number words that policies use for time frames. */
const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const UNITS: Record<string, number> = { hour: 1 / 24, day: 1, week: 7, month: 30 };
const FRAME = new RegExp(
  `\\b(\\d{1,4}|${WORDS.join('|')}|fourteen|thirty|sixty|ninety)(?:\\s*\\(\\d{1,4}\\))?[\\s-]*(?:business |working |calendar )?(hour|day|week|month)s?\\b`,
  'gi',
);
const LARGER: Record<string, number> = { fourteen: 14, thirty: 30, sixty: 60, ninety: 90 };

/** What is done with a report, and when others hear of it. */
const HANDLING =
  /acknowledg|respon[ds]|repl(y|ies)|answer|get back|hear (back|from)|reach out|contact|confirm|triag|assess|investigat|disclos|embargo|coordinat|resol[vu]|remediat|address|notif|inform|publi[cs]|patch|fix|advisor|within|keep you|update you/i;
/** How long versions are kept is another promise, though it is made in months too. */
const SUPPORT =
  /support|maintain|end[- ]of[- ]life|\bEOL\b|\bLTS\b|older than|receiv|backport|\bevery\b|cadence/i;
const SURELY = /acknowledg|respond|response|repl(y|ies)|answer|disclos|embargo|triag/i;

function isAboutReports(sentence: string): boolean {
  return HANDLING.test(sentence) && (!SUPPORT.test(sentence) || SURELY.test(sentence));
}

function sentenceAround(flat: string, at: number, length: number): string {
  const before = flat.slice(Math.max(0, at - 400), at);
  const after = flat.slice(at, at + length + 400);
  const end = after.slice(length).search(/[.!?] /);
  return (
    before.slice(before.search(/[.!?] (?!.*[.!?] )/) + 1) +
    (end === -1 ? after : after.slice(0, length + end))
  );
}

/** A policy names a handful; thousands are there to keep somebody busy. */
const FRAMES_LOOKED = 500;

/** Time frames for reports in a security policy, with the words around each, so that a person can judge what it promises. */
export function timeframes(text: string): { text: string; days: number }[] {
  const flat = text.replace(/\s+/g, ' ').slice(0, 200_000);
  const frames = flat
    .matchAll(FRAME)
    .take(FRAMES_LOOKED)
    .filter((match) => isAboutReports(sentenceAround(flat, match.index, match[0].length)))
    .take(10)
    .toArray();
  return frames.map((match) => {
    const [, amount = '', unit = ''] = match;
    const word = amount.toLowerCase();
    const number = /^\d/.test(word) ? Number(word) : (LARGER[word] ?? WORDS.indexOf(word));
    const around = flat.slice(Math.max(0, match.index - 60), match.index + match[0].length + 40).trim();
    return { text: around, days: Math.round(number * Number(UNITS[unit.toLowerCase()]) * 100) / 100 };
  });
}

/**
 * Whether a file among the documentation (docs/security.md) is the policy for reports and not a chapter on the product's
 * own security: by its name in capitals, as the convention has it, or by one of its headings.
 */
export function isPolicy(path: string, text: string): boolean {
  if (!/^docs\//i.test(path) || /\/SECURITY(\.\w+)?$/.test(path)) return true;
  return text
    .slice(0, 200_000)
    .split('\n')
    .some((line) => /^(#|=)/.test(line) && POLICY_TITLE.test(line.slice(0, 200)));
}

const POLICY_TITLE =
  /security polic|disclos|report(ing)? (a |an |any )?(security|vulnerab|bug|issue)|vulnerability (report|polic|manage|handl)/i;

/** A way to report in private: an address, a private-advisory page, a key, a named platform. */
export function hasContact(text: string): boolean {
  return /[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|security\/advisories|report a vulnerability|hackerone|bugcrowd|huntr|https?:\/\/\S{0,200}(security|disclosure|report)/i.test(
    text.slice(0, 200_000),
  );
}

const END =
  /\b(this|the) (project|repo(sitory)?|package|tool|software)\b.{0,60}\b(archived|deprecated|unmaintained|abandoned|discontinued|(no longer|not) (actively )?(maintained|developed|supported))\b|^\W*(archived|deprecated|unmaintained|no longer maintained)\b/i;

/** The line near the top of a README that says the project has ended; null where none does. */
export function endOfLife(readme: string): string | null {
  const top = readme.split('\n', 60).map((line) => line.trim().slice(0, 400));
  return top.find((line) => END.test(line))?.slice(0, 200) ?? null;
}

/** What a file that is called an SBOM is by its content; a name alone counts for nothing. */
export function sbomFormat(text: string): 'cyclonedx' | 'spdx' | null {
  if (/"bomFormat"\s*:\s*"CycloneDX"|cyclonedx\.org\/schema\/bom\//.test(text)) return 'cyclonedx';
  return /"spdxVersion"\s*:\s*"SPDX-|^[ \t]*spdxVersion:[ \t]*["']?SPDX-|spdx\.org\/rdf\//im.test(text)
    ? 'spdx'
    : null;
}

/** What a manifest declares as its licence. */
export function declaredLicence(path: string, text: string): string | undefined {
  if (!path.endsWith('.json'))
    return /^[ \t]*license[ \t]*=[ \t]*(?:\{[ \t]*text[ \t]*=[ \t]*)?["']([^"'\n]{1,200})["']/m.exec(
      text,
    )?.[1];
  try {
    const { license } = JSON.parse(text) as { license?: unknown };
    return typeof license === 'string' ? license.slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}
