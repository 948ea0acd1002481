import { canonicalBase64 } from '../base64.ts';
import { Stop } from '../stop.ts';

/** One line of OpenSSH's allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  principals: string[];
  /** Absent: any namespace. */
  namespaces?: string[];
  validAfter?: Date;
  validBefore?: Date;
  certAuthority: boolean;
  keyBlob: Buffer;
}

const LINE =
  /^(?:"([^"]*)"|(\S+))\s+(?:((?:[^\s"]|"[^"]*")+)\s+)??((?:ssh|ecdsa|sk)-[a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;

/**
 * @throws {Stop} `not-understood` with the line: a line that is skipped might be the one that restricts
 */
export function readAllowedSigners(text: string): AllowedSigner[] {
  if (text.length > 1024 * 1024) throw new Stop('limit', 'the allowed signers are over 1 MiB');
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    if (line.length > 16 * 1024)
      throw new Stop('limit', `line ${index + 1} of the allowed signers is too long`);
    const match = LINE.exec(line);
    if (!match) throw new Stop('not-understood', `line ${index + 1} of the allowed signers cannot be read`);
    const [, quoted, plain, options = '', , blob = ''] = match;
    const keyBlob = canonicalBase64(blob);
    if (keyBlob === undefined)
      throw new Stop(
        'not-understood',
        `the key on line ${index + 1} of the allowed signers is cut off or no key`,
      );
    return [
      {
        principals: (quoted ?? plain ?? '').split(','),
        keyBlob,
        ...readOptions(options, index + 1),
      },
    ];
  });
}

/** Every value in quotes and every option once, as OpenSSH has it: what it refuses must not count here in some way. */
function readOptions(text: string, line: number): Omit<AllowedSigner, 'principals' | 'keyBlob'> {
  const found: Omit<AllowedSigner, 'principals' | 'keyBlob'> = { certAuthority: false };
  const bad = (what: string) => new Stop('not-understood', `line ${line} of the allowed signers has ${what}`);
  const seen = new Set<string>();
  for (const option of text.match(/(?:[^,"]|"[^"]*")+/g) ?? []) {
    const [, word = '', value] = /^([a-z-]+)(?:="([^"]*)")?$/i.exec(option) ?? [];
    const name = `${word.toLowerCase()}${value === undefined ? '' : '='}`;
    if (seen.has(name)) throw bad('an option twice');
    seen.add(name);
    switch (name) {
      case 'cert-authority':
        found.certAuthority = true;
        break;
      case 'namespaces=':
        found.namespaces = value?.split(',') ?? [];
        break;
      case 'valid-after=':
        found.validAfter = time(value ?? '', line);
        break;
      case 'valid-before=':
        found.validBefore = time(value ?? '', line);
        break;
      default:
        throw bad('an unknown option');
    }
  }
  return found;
}

/** `YYYYMMDD[Z]` or `YYYYMMDDHHMM[SS][Z]`; without Z OpenSSH means local time. */
function time(value: string, line: number): Date {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/.exec(value);
  if (!match) throw new Stop('not-understood', `line ${line} of the allowed signers has an unreadable time`);
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', zone = ''] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
}

/** OpenSSH's pattern lists: `*` and `?`, and `!` to except; an exception always wins. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, text)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** Without regular expressions: patterns and text both may come from others. Linear but for backing up to one star. */
function matchesPattern(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
