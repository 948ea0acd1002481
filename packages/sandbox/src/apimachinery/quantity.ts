const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: [string, number][] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d+))?$/;

/** A resource quantity in billionths, and in which family of suffixes it was written. */
export interface Quantity {
  nano: bigint;
  format: 'binary' | 'decimal' | 'exponent';
}

/** Reads `500m`, `1.5Gi`, `2e3`; undefined for what is no quantity. Finer than a billionth is rounded up. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = PATTERN.exec(text);
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = match ?? [];
  if (!match || (whole === '' && fraction === '')) return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const binary = BINARY.indexOf(suffix);
  const isBinary = suffix !== '' && binary > 0;
  const power =
    exponent !== undefined ? Number(exponent) : Number(DECIMAL.find(([name]) => name === suffix)?.[1]);
  if (Math.abs(power) > 40) return undefined;
  const scale = 9 + (isBinary ? 0 : power) - fraction.length;
  const factor = isBinary ? 1024n ** BigInt(binary) : 1n;
  const raised = digits * factor;
  const nano = divideUp(raised * 10n ** BigInt(Math.max(scale, 0)), 10n ** BigInt(Math.max(-scale, 0)));
  return {
    nano: sign === '-' ? -nano : nano,
    format: isBinary ? 'binary' : exponent !== undefined ? 'exponent' : 'decimal',
  };
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

const ONE = 1_000_000_000n;

/** The one way that the API server writes a quantity: no fraction, the largest suffix that loses nothing. */
function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const sign = nano < 0n ? '-' : '';
  const size = nano < 0n ? -nano : nano;
  if (format === 'binary' && size % ONE === 0n && size >= 1024n * ONE) {
    let value = size / ONE;
    let step = 0;
    while (value % 1024n === 0n && step < BINARY.length - 1) {
      value /= 1024n;
      step++;
    }
    return `${sign}${value}${BINARY[step]}`;
  }
  let value = size;
  let power = -9;
  while (value % 1000n === 0n && power < 18) {
    value /= 1000n;
    power += 3;
  }
  if (format === 'exponent' && power !== 0) return `${sign}${value}e${power}`;
  return `${sign}${value}${DECIMAL.find(([, at]) => at === power)?.[0]}`;
}

export function canonicalQuantity(text: string): string {
  const parsed = parseQuantity(text);
  return parsed ? formatQuantity(parsed) : text;
}
