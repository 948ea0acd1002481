const SHOWN = 30;

/** What Go's JSON decoder says of text that is no JSON (encoding/json syntax errors), as near as can be told. */
export function goJsonError(text: string): string {
  let end = 0;
  let message = '';
  try {
    JSON.parse(text);
    return 'invalid JSON';
  } catch (error) {
    message = (error as Error).message;
    end = Number(/position (\d+)/.exec(message)?.[1] ?? (/end of JSON/i.test(message) ? text.length : 0));
  }
  if (end >= text.trimEnd().length) return 'unexpected end of JSON input';
  const character = printable(text[end] ?? '');
  const where = end === 0 ? 'looking for beginning of value' : 'after object key:value pair';
  return `invalid character '${character}' ${where}`;
}

/** The beginning of a body, as the server quotes it in its errors. */
export function quoted(text: string): string {
  if (text === '') return '<empty>';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} ...` : text;
}

function printable(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code <= 0xa0)
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : character;
}
