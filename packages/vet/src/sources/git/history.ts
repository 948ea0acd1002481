import { createHash } from 'node:crypto';
import type { FactValue } from '../../facts/index.ts';
import { isBot } from './bots.ts';
import { records } from './records.ts';
import type { Repository } from './repository.ts';
import { GitFailure } from './run-git.ts';

const DAY = 86_400_000;
/** Days whose commits are kept singly: three years, more than any threshold asks for. */
const DAYS_KEPT = 1096;
const PEOPLE_LIMIT = 100_000;

export const HISTORY_FORMAT = '%H%x00%P%x00%ct%x00%aN%x00%aE';

type Person = { name: string; address: string; bot: boolean; commits: number; days: Map<number, number> };

export interface ReadHistory {
  value: FactValue<'git.history'>;
  sha256: string;
}

/**
 * One pass over the log, nothing kept of a commit but who and on which day: memory grows with people and days, not
 * with commits. Dates are commit dates (when it entered this history), names are authors' after mailmap.
 */
export async function readHistory(
  repository: Repository,
  head: { ref: string; commit: string },
  now: number,
  progress?: (text: string) => void,
): Promise<ReadHistory> {
  const hash = createHash('sha256');
  const people = new Map<string, Person>();
  const daysFrom = Math.floor(now / DAY) - DAYS_KEPT;
  const seen = { commits: 0, merges: 0, future: 0, first: Infinity, last: -Infinity, lastHuman: -Infinity };
  for await (const record of records(hashing(logStream(repository, head.commit), hash), 5)) {
    const [, parents = '', seconds = '', name = '', address = ''] = record;
    const at = Number(seconds) * 1000;
    const merge = parents.includes(' ');
    seen.commits++;
    if (seen.commits % 20_000 === 0) progress?.(`${seen.commits} commits read`);
    if (!(at <= now + DAY)) {
      seen.future++;
      continue;
    }
    seen.first = Math.min(seen.first, at);
    seen.last = Math.max(seen.last, at);
    if (merge) {
      seen.merges++;
      continue;
    }
    const person = personOf(people, name, address);
    person.commits++;
    if (!person.bot) seen.lastHuman = Math.max(seen.lastHuman, at);
    const day = Math.floor(at / DAY);
    if (day >= daysFrom) person.days.set(day, (person.days.get(day) ?? 0) + 1);
  }
  if (seen.commits === 0) throw new GitFailure('the history has no commit');
  return {
    sha256: hash.digest('hex'),
    value: {
      ref: head.ref,
      commit: head.commit,
      firstAt: iso(Number.isFinite(seen.first) ? seen.first : 0),
      lastAt: iso(Number.isFinite(seen.last) ? seen.last : 0),
      lastHumanAt: Number.isFinite(seen.lastHuman) ? iso(seen.lastHuman) : null,
      commits: seen.commits - seen.merges,
      merges: seen.merges,
      future: seen.future,
      daysFrom,
      contributors: [...people.values()]
        .map(({ days, ...person }) => ({ ...person, days: [...days].sort((a, b) => a[0] - b[0]).flat() }))
        .sort((a, b) => b.commits - a.commits || compare(a.name, b.name) || compare(a.address, b.address)),
    },
  };
}

function logStream(repository: Repository, commit: string): AsyncGenerator<Buffer> {
  return repository.stream([
    '-c',
    `mailmap.blob=${commit}:.mailmap`,
    'log',
    '-z',
    '--no-show-signature',
    `--format=${HISTORY_FORMAT}`,
    commit,
  ]);
}

function personOf(people: Map<string, Person>, name: string, address: string): Person {
  const folded = lowerAscii(address);
  const key = `${name}\0${folded}`;
  const known = people.get(key);
  if (known !== undefined) return known;
  if (people.size >= PEOPLE_LIMIT) throw new GitFailure(`more than ${PEOPLE_LIMIT} different authors`);
  const hashed = createHash('sha256').update(folded).digest('hex').slice(0, 16);
  const person = {
    name,
    address: hashed,
    bot: isBot(name, address),
    commits: 0,
    days: new Map<number, number>(),
  };
  people.set(key, person);
  return person;
}

/** As `tr A-Z a-z` does it, so that the command in the report counts the same addresses. */
const lowerAscii = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

async function* hashing(stream: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>) {
  for await (const bytes of stream) {
    hash.update(bytes);
    yield bytes;
  }
}

/** ISO 8601 to the second, as git keeps no more. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
