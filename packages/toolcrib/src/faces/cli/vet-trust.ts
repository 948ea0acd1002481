import type { Command } from 'commander';
import { call } from './setup.ts';

/** `toolcrib vet trust show|update` */
export function registerVetTrust(vet: Command): void {
  const trust = vet
    .command('trust')
    .description('The trust root: whom to believe that a signer is who he says.');
  trust
    .command('show')
    .description('Which root is in use, and how old it is.')
    .action(async () => {
      const operations = await import('../../operations/trust.ts');
      const { origin, asOf, ageDays, sha256 } = await call(operations.trust, {});
      process.stdout.write(`${origin}\nas of ${asOf} (${ageDays} days ago)\nsha256 ${sha256}\n`);
    });
  trust
    .command('update')
    .description('Renew it over TUF. Needs the network; nothing else in "vet verify" does.')
    .option('--mirror <url>', 'another TUF repository with the same targets')
    .option('--root <file>', 'the first root.json to trust for that repository')
    .action(async ({ mirror, root }: { mirror?: string; root?: string }) => {
      const { renewTrust } = await import('../../operations/renew-trust.ts');
      const { kept, asOf } = await call(renewTrust, { mirror, root });
      process.stdout.write(`renewed: ${kept}, as of ${asOf}\n`);
    });
}
