import { renewRootInput } from '@toolcrib/vet/ask/input';
import { renewedRootSchema } from '@toolcrib/vet/ask/outcome';
import { operation } from './operation.ts';

export const renewTrust = operation({
  name: 'renew-trust',
  title: 'Renews the trust root over TUF. Needs the network; nothing is changed where it fails.',
  looks: false,
  reaches: 'files',
  input: renewRootInput,
  output: renewedRootSchema,
  async run({ clock }, input) {
    const { renewRoot } = await import('@toolcrib/vet/ask/root');
    return renewRoot(input, clock.now());
  },
});
