import { type Command, Option } from 'commander';
import { integer, type Output, palette, print, width, withOutput } from './terminal.ts';

interface RadiusOptions {
  namespace?: string;
  context?: string;
  cascade: 'background' | 'foreground' | 'orphan';
  scale?: number;
  output: Output;
}

/** `toolcrib radius KIND/NAME` */
export function registerRadius(program: Command): void {
  withOutput(program.command('radius'))
    .argument(
      '<kind/name>',
      'as kubectl takes it: sts/kafka, deployment/web, ns/shop, crd/kafkas.kafka.strimzi.io',
    )
    .description('What would go if this were deleted, or scaled down. Only looks.')
    .option('-n, --namespace <name>')
    .option('--context <name>')
    .addOption(
      new Option('--cascade <how>').choices(['background', 'foreground', 'orphan']).default('background'),
    )
    .option('--scale <replicas>', 'ask about a scale-down instead', integer(0))
    .addHelpText(
      'after',
      '\nExit 0: everything that could belong to it was seen. 3: not everything, or others decide.',
    )
    .action(async (what: string, options: RadiusOptions) => {
      const { chosenCluster, radiusOfNamed } = await import('../../operations/radius.ts');
      const { tree } = await import('@toolcrib/guard/radius');
      const { cluster, namespace, close } = chosenCluster(process.env, options.context);
      try {
        const radius = await radiusOfNamed(cluster, what, { namespace, ...options });
        if (radius.state !== 'complete') process.exitCode = 3;
        print(options.output, radius, () => tree(radius, { palette, width: width() }));
      } finally {
        await close();
      }
    });
}
