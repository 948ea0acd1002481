import type { Random } from './random.ts';

/** Real paths of the API: each shape that it has, in the core and in other groups. */
const PATHS = [
  ...['/api', '/apis', '/api/v1', '/apis/apps/v1', '/version', '/healthz', '/openapi/v2', '/metrics'],
  ...[
    '/api/v1/namespaces',
    '/api/v1/namespaces/shop',
    '/api/v1/namespaces/shop/status',
    '/api/v1/namespaces/shop/finalize',
  ],
  ...[
    '/api/v1/nodes/n1',
    '/api/v1/persistentvolumes/data-1',
    '/api/v1/pods',
    '/api/v1/watch/pods',
    '/api/v1/watch/namespaces/shop/pods/web',
  ],
  ...[
    '/api/v1/namespaces/shop/pods',
    '/api/v1/namespaces/shop/pods/web-5d7f',
    '/api/v1/namespaces/shop/pods/web-5d7f/eviction',
  ],
  ...[
    '/api/v1/namespaces/shop/pods/web-5d7f/log',
    '/api/v1/namespaces/shop/pods/web-5d7f/exec',
    '/api/v1/namespaces/shop/pods/web/proxy/a/b',
  ],
  ...[
    '/api/v1/namespaces/shop/services/web:http/proxy/x',
    '/api/v1/namespaces/shop/persistentvolumeclaims/data',
    '/api/v1/namespaces/shop/configmaps/a.b-c',
  ],
  ...[
    '/apis/apps/v1/namespaces/shop/deployments/web',
    '/apis/apps/v1/namespaces/shop/deployments/web/scale',
    '/apis/apps/v1/namespaces/shop/statefulsets/db/status',
  ],
  ...[
    '/apis/apps/v1/deployments',
    '/apis/batch/v1/namespaces/shop/jobs/once',
    '/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web',
  ],
  ...[
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node',
    '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/a',
  ],
  ...[
    '/apis/stable.example.com/v1/namespaces/shop/crates/big',
    '/apis/stable.example.com/v1/namespaces/shop/crates/big/scale',
    '/apis/stable.example.com/v1/crates',
  ],
  ...[
    '/apis/apps/v1/watch/namespaces/shop/deployments/web',
    '/api/v1/proxy/namespaces/shop/pods/web',
    '/api/v1/namespaces/shop',
  ],
];

const WORDS = [
  'api',
  'apis',
  'v1',
  'namespaces',
  'pods',
  'shop',
  'kube-system',
  'web',
  'scale',
  'eviction',
  'status',
  'finalize',
  'watch',
  'proxy',
  'deployments',
  'nodes',
  'apps',
  '',
  '.',
  '..',
  '...',
  '*',
  '-',
  '~',
  'ctx',
];

/** What a reader may take for something else, or for nothing. */
const ODD = [
  ...[
    '%2e',
    '%2E%2e',
    '%2f',
    '%2F',
    '%5c',
    '\\',
    '%00',
    '%0a',
    '%0d%0a',
    '%09',
    '%20',
    '+',
    '%2b',
    ';',
    ';a=b',
    '%3b',
    '%3f',
    '?',
    '??',
    '?a=b',
    '%23',
    '#',
    '#a',
  ],
  ...[
    '%25',
    '%252f',
    '%252e',
    '%25%32%66',
    '%',
    '%2',
    '%zz',
    '%u0041',
    '%c0%af',
    '%c0%ae',
    '%ef%bc%8f',
    '%e2%81%84',
    '%ff',
    '%e2%80%8b',
    '%cc%81',
    'é',
    '\x80',
    'ſ',
    'K',
    '%c5%bf',
    '%e2%84%aa',
  ],
  ...[
    ':',
    '@',
    '&',
    '=',
    ',',
    '!',
    '$',
    "'",
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '|',
    '^',
    '`',
    '"',
    '<',
    '>',
    '~',
    '*',
    '%7f',
    '%1f',
    '%a0',
    '%c2%a0',
    '%C2%85',
    '\t',
    ' ',
    '\x7f',
  ],
];

/** A path of the API, changed once to four times. Latin-1, as it stands on the request line. */
export function pathMutant(random: Random): string {
  let path = random.pick(PATHS);
  for (let times = 1 + random.below(4); times > 0; times--) path = change(random, path);
  return path;
}

function change(random: Random, path: string): string {
  const segments = path.split('/');
  const at = 1 + random.below(Math.max(1, segments.length - 1));
  const segment = segments[at] ?? '';
  const place = random.below(path.length + 1);
  switch (random.below(16)) {
    case 0:
    case 1:
      return path.slice(0, place) + random.pick(ODD) + path.slice(place);
    case 2:
    case 3:
      return escaped(random, path, place);
    case 4:
      segments.splice(at, 0, random.pick(WORDS));
      break;
    case 5:
      segments.splice(at, 1);
      break;
    case 6:
      segments[at] = random.pick(WORDS);
      break;
    case 7:
      segments.splice(at, 0, '..');
      break;
    case 8:
      segments.splice(at, 0, random.pick(['', '.', segment]));
      break;
    case 9:
      return (
        path +
        random.pick([
          '/',
          '//',
          '/.',
          '/..',
          '/x',
          '?',
          '#',
          ';',
          '%',
          '/%2e%2e',
          '/scale',
          '/scale/x',
          '/status',
          '/proxy',
          '/proxy/',
          '/eviction',
          ' ',
          '/*',
        ])
      );
    case 10:
      segments[at] = random.pick([
        segment.toUpperCase(),
        segment.charAt(0).toUpperCase() + segment.slice(1),
        segment.toLowerCase(),
      ]);
      break;
    case 11:
      return (
        random.pick([
          '/',
          '//',
          '/./',
          '/../',
          '',
          '\\',
          'http://x',
          'https://127.0.0.1',
          '//x',
          '*',
          '/%2e',
          '/;/',
        ]) + path
      );
    case 12:
      segments[at] = random.pick([`${segment}${random.pick(ODD)}`, `${random.pick(ODD)}${segment}`]);
      break;
    case 13:
      segments[at] = segment + segment;
      if (random.chance(0.05)) segments[at] = 'a'.repeat(5000);
      break;
    case 14:
      return path.replace('/', random.pick(['%2f', '//', '\\', '/./', '%5c', '/%20/']));
    default: {
      const other = 1 + random.below(Math.max(1, segments.length - 1));
      [segments[at], segments[other]] = [segments[other] ?? '', segment];
    }
  }
  return segments.join('/');
}

/** One character, or all of a run, as an escape: once, twice, in either case. */
function escaped(random: Random, path: string, place: number): string {
  const length = random.chance(0.8) ? 1 : 1 + random.below(8);
  const part = [...path.slice(place, place + length)].map((character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return random.pick(
      [`%${code}`, `%${code.toUpperCase()}`, `%25${code}`, `%%${code}`, `%u00${code}`].slice(
        0,
        random.chance(0.7) ? 2 : 5,
      ),
    );
  });
  return path.slice(0, place) + part.join('') + path.slice(place + length);
}
