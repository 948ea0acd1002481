import { execFileSync } from 'node:child_process';
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dsse } from '@sigstore/core';
import { type Kind, type Release, sha256, sha256Of } from '../kind.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** in-toto's Statement v1 with SLSA's provenance v1, in DSSE's envelope. */
export const provenance: Kind = {
  name: 'provenance',
  what: 'how the files came to be, as in-toto wants it (SLSA provenance v1): signed, as DSSE, where a key is given; else a bare statement',
  make(release) {
    const { folder, description, key } = release;
    const text = JSON.stringify(statement(release));
    const base = `${description.name}-${description.version}`;
    if (key === undefined) {
      const file = `${base}.provenance.unsigned.json`;
      writeFileSync(join(folder, file), `${text}\n`);
      return [file];
    }
    const file = `${base}.intoto.jsonl`;
    writeFileSync(join(folder, file), `${JSON.stringify(envelope(text, key))}\n`);
    return [file];
  },
};

function statement({ root, description, executables, made, at }: Release): object {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const commit = git('rev-parse', 'HEAD');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...made].map(([name, digest]) => ({ name, digest: { sha256: digest } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${description.homepage}/blob/v${description.version}/docs/releasing.md`,
        externalParameters: {
          source: description.homepage,
          ref: `refs/tags/v${description.version}`,
          platforms: executables.map(({ platform }) => platform.name),
        },
        // Changes that were in no commit would be nobody's to build again.
        internalParameters: { changed: git('status', '--porcelain').split('\n').filter(Boolean).length },
        resolvedDependencies: [
          {
            uri: `git+${description.homepage}@refs/tags/v${description.version}`,
            digest: { gitCommit: commit },
          },
          { uri: 'package-lock.json', digest: { sha256: sha256Of(join(root, 'package-lock.json')) } },
          { uri: `pkg:generic/node@${process.versions.node}` },
        ],
      },
      runDetails: {
        builder: { id: `${description.homepage}/blob/v${description.version}/docs/releasing.md#by-hand` },
        metadata: { startedOn: at.toISOString() },
      },
    },
  };
}

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
function envelope(text: string, key: KeyObject): object {
  const payload = Buffer.from(text);
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const sig = sign(algorithm, dsse.preAuthEncoding(PAYLOAD_TYPE, payload), key);
  const keyid = sha256(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return {
    payload: payload.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid, sig: sig.toString('base64') }],
  };
}
