import type { Command } from 'commander';
import { explained } from './help.ts';
import { noSuchCommand } from './mistakes.ts';
import { call } from './setup.ts';

/** `toolcrib vet trust show|update` */
export function registerVetTrust(vet: Command): void {
  const trust = explained(vet.command('trust'), {
    examples: [
      ['toolcrib vet trust show', 'how old it is'],
      ['toolcrib vet trust update', 'before it is too old'],
    ],
  })
    .description('The trust root: whom to believe that a signer is who he says.')
    .on('command:*', ([word = '']: string[]) => {
      throw noSuchCommand(trust, word);
    });
  explained(trust.command('show'), { examples: [['toolcrib vet trust show', '']] })
    .description('Which root is in use, and how old it is.')
    .action(async () => {
      const operations = await import('../../operations/trust.ts');
      const { origin, asOf, ageDays, sha256 } = await call(operations.trust, {});
      process.stdout.write(`${origin}\nas of ${asOf} (${ageDays} days ago)\nsha256 ${sha256}\n`);
    });
  explained(trust.command('update'), {
    examples: [
      ['toolcrib vet trust update', 'Sigstore’s public one'],
      ['toolcrib vet trust update --mirror https://tuf.example.com --root root.json', 'your own'],
    ],
  })
    .description('Renew it over TUF. Needs the network; nothing else in "vet verify" does.')
    .option('--mirror <url>', 'another TUF repository with the same targets')
    .option('--root <file>', 'the first root.json to trust for that repository')
    .action(async ({ mirror, root }: { mirror?: string; root?: string }) => {
      const { renewTrust } = await import('../../operations/renew-trust.ts');
      const { kept, asOf } = await call(renewTrust, { mirror, root });
      process.stdout.write(`renewed: ${kept}, as of ${asOf}\n`);
    });
}
