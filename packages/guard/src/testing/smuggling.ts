import { FRAMING } from './smuggling-framing.ts';
import { type Carrier, chunk, END, head, plain, type Trick } from './smuggling-written.ts';

export interface SmugglingCase {
  name: string;
  bytes: string;
}

/** What is odd about the rest of the head. */
const HEADS: Trick[] = [
  ...['\n', '\r', '\r\r\n', '\n\r', '\x00\r\n', '\x0b\r\n'].map((line) => ({
    name: `lines that end in ${JSON.stringify(line)}`,
    write: (carrier: Carrier, hidden: string) =>
      `${head(carrier, `Content-Length: ${carrier.body.length}`).replaceAll('\r\n', line)}${line}${line}${carrier.body}${hidden}`,
  })),
  ...['\r\n', '\n', ' ', '\t', '\x00', '\r\n\r\n', 'X\r\n'].map((before) => ({
    name: `${JSON.stringify(before)} before the request`,
    write: (carrier: Carrier, hidden: string) => `${before}${plain(carrier)}${hidden}`,
  })),
  ...[
    'HTTP/1.0',
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/1.2',
    'HTTP/1.1 ',
    'http/1.1',
    'HTTP/1.1 x',
    'ICE/1.0',
    'HTTP/01.1',
    '',
  ].map((version) => ({
    name: `version ${version}`,
    write: (carrier: Carrier, hidden: string) => `${plain(carrier).replace('HTTP/1.1', version)}${hidden}`,
  })),
  ...[
    'http://HOST',
    'https://HOST',
    'https://other',
    '//other',
    'HOST',
    '*',
    '',
    ' ',
    '\t',
    '\\',
    'http:',
    '/%20HTTP/1.1%0d%0aX:%20y',
  ].map((form) => ({
    name: `target ${JSON.stringify(form)}`,
    write: (carrier: Carrier, hidden: string) =>
      `${plain({ ...carrier, target: form.replace('HOST', carrier.host) + (form === '*' ? '' : carrier.target) })}${hidden}`,
  })),
  ...[
    'delete',
    'Delete',
    'DELETE\t',
    ' DELETE',
    'DELETE\x00',
    'G\x00ET',
    'PURGE',
    'CONNECT',
    'TRACE',
    'PRI',
    'M-SEARCH',
    'GET,DELETE',
    'QUERY',
    'LINK',
  ].map((method) => ({
    name: `method ${JSON.stringify(method)}`,
    write: (carrier: Carrier, hidden: string) => `${plain({ ...carrier, method })}${hidden}`,
  })),
  ...[
    ...[
      'X-HTTP-Method-Override: DELETE',
      'X-HTTP-Method: DELETE',
      'X-Method-Override: DELETE',
      '_method: DELETE',
    ],
    ...[
      'X-Original-URL: /api/v1/namespaces/hidden',
      'X-Rewrite-URL: /api/v1/namespaces/hidden',
      'X-Forwarded-Uri: /x',
      'X-Forwarded-Host: other',
      'Forwarded: host=other',
    ],
    ...[
      'Connection: close',
      'Connection: authorization',
      'Connection: host',
      'Connection: content-length',
      'Connection: keep-alive, transfer-encoding',
      'Keep-Alive: timeout=1',
      'Proxy-Connection: keep-alive',
      'TE: trailers, chunked',
    ],
    ...[
      'Expect: 100-continue',
      'Expect: 200-ok',
      'Expect:',
      'Content-Encoding: gzip',
      'Content-Encoding: identity',
      'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings',
    ],
    ...[
      'Upgrade: websocket\r\nConnection: Upgrade',
      'Upgrade: SPDY/3.1\r\nConnection: Upgrade',
      'Upgrade: x\r\nConnection: upgrade, close',
      'Upgrade: websocket',
      'Connection: Upgrade',
    ],
    ...[
      'Host: other',
      'Host: 127.0.0.1',
      'Authorization: Bearer x',
      'Authorization: Basic eDp5',
      'Impersonate-User: x\r\n folded',
      'Content-Type: a\r\n b',
      'X: a\x00b',
      'X\x00: b',
      'X : b',
      ': b',
      'X',
      'X: é\x80\xff',
      'Cookie: a=b',
      'X-Remote-User: admin',
      'x-remote-group: system:masters',
      'X-Remote-Extra-A: b',
      'Set-Cookie: a',
    ],
  ].map((header) => ({
    name: `header ${JSON.stringify(header)}`,
    write: (carrier: Carrier, hidden: string) => `${plain(carrier, header)}${hidden}`,
  })),
  { name: 'nothing odd', write: (carrier) => plain(carrier) },
  { name: 'two requests in one write', write: (carrier, hidden) => `${plain(carrier)}${hidden}` },
  { name: 'the second cut off', write: (carrier, hidden) => `${plain(carrier)}${hidden.slice(0, 30)}` },
  { name: 'a body without framing', write: (carrier, hidden) => `${head(carrier)}${END}${hidden}` },
  {
    name: 'a body that is cut off',
    write: (carrier) => `${head(carrier, 'Content-Length: 500')}${END}${carrier.body}`,
  },
  {
    name: 'chunks that are cut off',
    write: (carrier) => `${head(carrier, 'Transfer-Encoding: chunked')}${END}${chunk(carrier.body)}`,
  },
  {
    name: 'a head of 60 kB',
    write: (carrier, hidden) => `${plain(carrier, `X: ${'y'.repeat(60_000)}`)}${hidden}`,
  },
  {
    name: 'three thousand headers',
    write: (carrier, hidden) =>
      `${plain(carrier, Array.from({ length: 3000 }, (_, i) => `X${i}: y`).join('\r\n'))}${hidden}`,
  },
];

/** Every trick with every carrier: reads and creates that stream through, and writes that are judged. */
export function smugglingCases(host: string, token: string): SmugglingCase[] {
  const json = (value: unknown) => JSON.stringify(value);
  const carriers: Omit<Carrier, 'host' | 'token'>[] = [
    { name: 'read', method: 'GET', target: '/api/v1/namespaces/shop/pods?limit=5', body: '' },
    {
      name: 'read with a body',
      method: 'GET',
      target: '/api/v1/namespaces/shop/pods?limit=6',
      body: '{"a":"GET / HTTP/1.1"}',
    },
    {
      name: 'create',
      method: 'POST',
      target: '/api/v1/namespaces/shop/configmaps?a=b',
      body: json({ kind: 'ConfigMap' }),
    },
    {
      name: 'delete',
      method: 'DELETE',
      target: '/api/v1/namespaces/shop/pods/a?b=c',
      body: json({ kind: 'DeleteOptions' }),
    },
    {
      name: 'scale',
      method: 'PUT',
      target: '/apis/apps/v1/namespaces/shop/deployments/a/scale?b=c',
      body: json({ spec: { replicas: 0 } }),
    },
    { name: 'exec', method: 'POST', target: '/api/v1/namespaces/shop/pods/a/exec?command=ls', body: 'x' },
  ];
  let number = 0;
  return carriers.flatMap((carrier) =>
    [...FRAMING, ...HEADS].map((trick) => {
      number++;
      const hidden = `DELETE /api/v1/namespaces/hidden-${number} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0${END}`;
      const target = `${carrier.target}&case=${number}`;
      return {
        name: `${number} ${carrier.name}: ${trick.name}`,
        bytes: trick.write({ ...carrier, target, host, token }, hidden),
      };
    }),
  );
}
