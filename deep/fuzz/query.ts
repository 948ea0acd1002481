import type { Random } from '../../packages/guard/src/testing/random.ts';

/** What a request may ask for in its query, as clients write it. */
const FIELDS: Record<string, string[]> = {
  dryRun: ['All'],
  fieldManager: ['kubectl', 'helm'],
  fieldValidation: ['Strict', 'Warn', 'Ignore'],
  propagationPolicy: ['Orphan', 'Background', 'Foreground'],
  gracePeriodSeconds: ['0', '1', '30', '-1'],
  orphanDependents: ['true', 'false'],
  force: ['true', 'false'],
  timeout: ['34s', '1m'],
  pretty: ['true'],
};

const VALUES = [
  ...[
    'All',
    'all',
    'ALL',
    'None',
    '',
    'All,All',
    'true',
    'false',
    'True',
    'TRUE',
    'T',
    't',
    'F',
    'yes',
    '1',
    '0',
    '2',
    '-1',
    '00',
    '0x0',
  ],
  ...[
    '1e0',
    '%201',
    '+1',
    '1_0',
    '9223372036854775808',
    'Orphan',
    'orphan',
    'Background',
    'Foreground',
    '%41ll',
    'A%6cl',
    'All%00',
    '%ff',
    'All%20',
    '+All',
  ],
  ...['All;', 'All%3b', 'All%26dryRun%3D', 'a=b', '%zz', '%', '%4'],
];

/** A query as a client of the given method would send it. */
export function queryOf(random: Random, method: string, collection: boolean): string {
  const names =
    method === 'DELETE'
      ? ['dryRun', 'propagationPolicy', 'gracePeriodSeconds', 'orphanDependents', 'pretty', 'timeout']
      : ['dryRun', 'fieldManager', 'fieldValidation', 'pretty', 'timeout'];
  const parts: string[] = [];
  for (const name of names) {
    if (random.chance(name === 'fieldManager' ? 0.5 : 0.15))
      parts.push(`${name}=${random.pick(FIELDS[name] ?? [''])}`);
  }
  // The API server refuses both at once.
  if (
    parts.some((part) => part.startsWith('propagationPolicy')) &&
    parts.some((part) => part.startsWith('orphan'))
  )
    parts.pop();
  if (collection && random.chance(0.7))
    parts.push(`labelSelector=${random.pick(['app%3Dweb', 'app%20in%20(a,b)', '!x'])}`);
  if (collection && random.chance(0.2))
    parts.push(`fieldSelector=${random.pick(['metadata.name%3Dweb', 'metadata.namespace!%3Dx'])}`);
  return parts.join('&');
}

/** The query changed once. */
export function changeQuery(random: Random, query: string): string {
  const parts = query === '' ? [] : query.split('&');
  const at = random.below(parts.length || 1);
  const put = (part: string) => void parts.splice(random.below(parts.length + 1), 0, part);
  const name = () =>
    random.pick([
      ...Object.keys(FIELDS),
      'dryRun',
      'dryRun',
      'labelSelector',
      'limit',
      'continue',
      'resourceVersion',
      'preconditions',
      'kind',
      'apiVersion',
    ]);
  switch (random.below(12)) {
    case 0:
    case 1:
      put(`${name()}=${random.pick(VALUES)}`);
      break;
    case 2:
      if (parts[at] !== undefined) put(parts[at]);
      break;
    case 3:
      put(`${name()}=x${random.pick([';y', '%3By', '&', '%zz', '%', '+', '%00'])}`);
      break;
    case 4:
      put(odd(random, name()) + random.pick(['=All', '', '=']));
      break;
    case 5:
      put(random.pick(['', '&', '=', '=All', '&&', ';', '%', '?dryRun=All']));
      break;
    case 6:
      if (random.chance(0.02)) return many(random, parts);
      put(`${name()}=${random.pick(VALUES)}`);
      break;
    case 7:
      parts[at] = odd(random, parts[at] ?? 'dryRun=All');
      break;
    case 8:
      return parts.join(random.pick(['&&', ';', '&amp;', '%26', '&=&']));
    case 9:
      put(`dryRun=${random.pick(VALUES)}`);
      break;
    case 10:
      parts.splice(at, 1);
      break;
    default:
      put(`${name()}[]=All`);
  }
  return parts.join('&');
}

/** More parameters than a reader takes, what matters before, between or after them. */
export function many(random: Random, parts: string[]): string {
  const empty = '&'.repeat(random.pick([999, 1000, 9998, 9999, 10_000, 10_001]));
  return random.pick([
    `${parts.join('&')}${empty}`,
    `${empty}${parts.join('&')}`,
    `dryRun=All${empty}`,
    `${empty}dryRun=All`,
  ]);
}

/** A name written so that some readers know it and others don't. */
function odd(random: Random, text: string): string {
  const at = random.below(text.length || 1);
  const code = text.charCodeAt(at).toString(16).padStart(2, '0');
  return random.pick([
    `${text.slice(0, at)}%${code}${text.slice(at + 1)}`,
    `${text.slice(0, at)}%25${code}${text.slice(at + 1)}`,
    text.toLowerCase(),
    text.charAt(0).toUpperCase() + text.slice(1),
    `+${text}`,
    `${text.slice(0, at)}%00${text.slice(at)}`,
    `${text.slice(0, at)}%${text.slice(at)}`,
    `${text.slice(0, at)};${text.slice(at)}`,
    `%EF%BB%BF${text}`,
  ]);
}
