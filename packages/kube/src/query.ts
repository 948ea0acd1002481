import { KubeError } from './errors.ts';

/** Go's own bound (GODEBUG `urlmaxqueryparams`): of a query with more, its `ParseQuery` reads nothing at all. */
const MOST_PARAMETERS = 10_000;

type Pair = [name: string, value: string];

/**
 * Reads a query as the API server does (Go's `url.ParseQuery`), and refuses what it would pass over in silence: there
 * the pair is lost that says `dryRun=All`, and a reader that keeps it takes a real request for a harmless one.
 *
 * @param raw the query without its `?`, as it stood on the request line
 * @returns the pairs in their order. Kubernetes takes the first value of a name, and of lists (`dryRun`) all
 * @throws KubeError `bad-query`: more than 10,000 parameters, a `;`, a broken escape, bytes that are no UTF-8 or that
 *   no request line may hold
 */
export function readQuery(raw: string): Pair[] {
  return goQuery(raw, (why) => {
    throw new KubeError('bad-query', `The query can't be read: ${why}.`);
  });
}

/**
 * The same, with Go's own leniency: what it can't read is left out.
 * @param passedOver hears of each such thing
 */
export function goQuery(raw: string, passedOver: (why: string) => void = () => undefined): Pair[] {
  if (!/^[\x21-\x7e]*$/.test(raw)) passedOver('it has a character that must be escaped');
  const parts = raw.split('&');
  if (parts.length > MOST_PARAMETERS) {
    const bound = `the API server reads none of more than ${MOST_PARAMETERS}`;
    passedOver(`it has ${parts.length} parameters, and ${bound}`);
    return [];
  }
  return parts.flatMap((part): Pair[] => {
    if (part === '') return [];
    if (part.includes(';')) {
      passedOver('it has a ; in it (in a value write %3B)');
      return [];
    }
    const mark = part.indexOf('=');
    try {
      return mark < 0
        ? [[unescaped(part), '']]
        : [[unescaped(part.slice(0, mark)), unescaped(part.slice(mark + 1))]];
    } catch {
      passedOver(`${JSON.stringify(part.slice(0, 100))} has a broken escape, or bytes that are no UTF-8`);
      return [];
    }
  });
}

/** The one form in which pairs are sent on: everything but letters, digits and `-._~` is escaped, a blank as `%20`. */
export function queryText(pairs: readonly Readonly<Pair>[]): string {
  return pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unescaped(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
