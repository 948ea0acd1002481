import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { verifySshSigner } from '../ssh/signer.ts';

/** `ssh-keygen -Y sign -n file FILE`: a detached signature beside the file. */
export const ssh: Scheme = {
  name: 'ssh',
  title: 'ssh signature of a file (ssh-keygen -Y sign -n file)',
  recognise: ({ bytes }) =>
    Buffer.from(bytes.subarray(0, 29)).toString('latin1') === '-----BEGIN SSH SIGNATURE-----',
  verify: (input) =>
    conclude('ssh', input.artefact, async () => {
      const signer = await verifySshSigner(
        input.proof.bytes,
        input.artefact,
        input.expected,
        ['file'],
        input.now,
      );
      const name = signer.kind === 'key' ? signer.name : undefined;
      return {
        code: 'verified',
        reason: `signed with the ssh key of ${name}`,
        signer,
        time: { from: 'none' },
        notes: [],
      };
    }),
};
