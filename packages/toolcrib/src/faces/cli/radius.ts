import { type Command, Option } from 'commander';
import { call } from './setup.ts';
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
      const [operations, { tree }] = await Promise.all([
        import('../../operations/radius.ts'),
        import('@toolcrib/guard/radius'),
      ]);
      const { output, ...asked } = options;
      const radius = await call(operations.radius, { what, ...asked });
      if (radius.state !== 'complete') process.exitCode = 3;
      print(output, radius, () => tree(radius, { palette, width: width() }));
    });
}
