/** A way to write one request so that two readers may see more than one, or another one. */
export interface Trick {
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

export const head = ({ method, target, host, token }: Carrier, ...more: string[]) =>
  [`${method} ${target} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${token}`, ...more].join('\r\n');

export const END = '\r\n\r\n';
export const hex = (text: string) => text.length.toString(16);
export const chunk = (text: string) => `${hex(text)}\r\n${text}\r\n`;
export const LAST = `0${END}`;

export function plain(carrier: Carrier, ...more: string[]): string {
  const framing = carrier.body === '' ? [] : [`Content-Length: ${carrier.body.length}`];
  return `${head(carrier, ...more, ...framing)}${END}${carrier.body}`;
}
