/** Names of files that people read and that hold settings, scripts or keys, whatever their bytes are. */
const TEXT_NAME =
  /(^|\/)\.?env[^/]*$|\.(txt|md|env|ini|cfg|conf|config|toml|ya?ml|json|xml|csv|sql|log|properties|ps1|psm1|bat|cmd|reg|sh|tf|tfvars|pem|key|crt|ts|js|py|go|java|cs|rb)$/i;

/**
 * The text of a blob, `binary`, or `unread`: a text by its name that is in no encoding known here. UTF-16 is told by its
 * mark, or by every second byte being zero, as Windows' own tools write scripts and settings with and without one.
 */
export function textOf(path: string, bytes: Buffer): { text: string } | 'binary' | 'unread' {
  const encoding = encodingOf(bytes);
  if (encoding !== undefined) return { text: new TextDecoder(encoding).decode(bytes) };
  return TEXT_NAME.test(path) ? 'unread' : 'binary';
}

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = bytes;
  // UTF-32's mark begins as UTF-16's does.
  if (first === 0xff && second === 0xfe && !(third === 0 && fourth === 0)) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, 8000);
  if (!head.includes(0)) return 'utf-8';
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = head.length * 0.4;
  if (odd >= most && even === 0) return 'utf-16le';
  return even >= most && odd === 0 ? 'utf-16be' : undefined;
}
