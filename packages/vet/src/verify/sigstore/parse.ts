import { type Bundle, bundleFromJSON, ValidationError } from '@sigstore/bundle';
import { asArray, asObject, parseJson } from '../json.ts';
import { messageOf, Stop } from '../stop.ts';

/** More than any real bundle has; each costs signature checks. */
const MOST = { logEntries: 8, timestamps: 8, certificates: 10, hashes: 64 };

/**
 * Reads one bundle (v0.1 to v0.3).
 * @throws {Stop} `not-understood`, `limit`, or `no-inclusion-proof` when only that is missing
 */
export function readBundle(bytes: Uint8Array): Bundle {
  return bundleOf(parseJson(bytes, 'the bundle'));
}

export function bundleOf(json: unknown): Bundle {
  if (asObject(json) === undefined) throw new Stop('not-understood', 'the bundle is not a JSON object');
  boundLists(json);
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(json);
  } catch (error) {
    if (error instanceof ValidationError && error.fields.length > 0 && error.fields.every(isInclusion)) {
      const what = error.fields.some((field) => field.includes('Promise')) ? 'promise' : 'proof';
      throw new Stop('no-inclusion-proof', `the bundle has a log entry without its inclusion ${what}`);
    }
    const fields = error instanceof ValidationError ? `: ${error.fields.join(', ')}` : '';
    throw new Stop('not-understood', `this is no valid bundle (${messageOf(error)}${fields})`);
  }
  bound(bundle);
  return bundle;
}

const isInclusion = (field: string) => /tlogEntries\[\d+\]\.inclusion(Proof|Promise)/.test(field);

/** Long lists are refused before the library makes an object of each member. */
function boundLists(json: unknown): void {
  const waiting = [json];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const list = asArray(one);
    if (list !== undefined && list.length > MOST.hashes)
      throw new Stop('limit', `the bundle has a list of more than ${MOST.hashes}`);
    for (const inner of list ?? Object.values(asObject(one) ?? {}))
      if (typeof inner === 'object' && inner !== null) waiting.push(inner);
  }
}

function bound(bundle: Bundle): void {
  const { tlogEntries, timestampVerificationData, content } = bundle.verificationMaterial;
  const certificates =
    content.$case === 'x509CertificateChain' ? content.x509CertificateChain.certificates.length : 1;
  const over = (what: string, most: number) => new Stop('limit', `the bundle has more than ${most} ${what}`);
  if (tlogEntries.length > MOST.logEntries) throw over('log entries', MOST.logEntries);
  if (certificates > MOST.certificates) throw over('certificates', MOST.certificates);
  const timestamps = Number(timestampVerificationData?.rfc3161Timestamps.length);
  if (timestamps > MOST.timestamps) throw over('timestamps', MOST.timestamps);
  for (const entry of tlogEntries) {
    if (Number(entry.inclusionProof?.hashes.length) > MOST.hashes)
      throw over('hashes in a proof', MOST.hashes);
  }
}
