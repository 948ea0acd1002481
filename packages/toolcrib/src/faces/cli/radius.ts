import { type Command, Option } from 'commander';
import { explained } from './help.ts';
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
  withOutput(
    explained(program.command('radius'), {
      examples: [
        ['toolcrib radius sts/kafka -n streaming', 'what a delete would take'],
        ['toolcrib radius deploy/web --scale 0', 'what a scale-down would'],
        ['toolcrib radius ns/shop --context prod', 'in another cluster'],
      ],
      exits: {
        0: 'everything that could belong to it was seen',
        3: 'not everything, or others decide',
      },
    }),
  )
    .argument(
      '<kind/name>',
      'as kubectl takes it: sts/kafka, deployment/web, ns/shop, crd/kafkas.kafka.strimzi.io',
    )
    .description('What would go if this were deleted, or scaled down. Only looks.')
    .option('-n, --namespace <name>', 'default: the one of the context')
    .option('--context <name>', 'default: this terminal’s current one')
    .addOption(
      new Option('--cascade <how>', 'as kubectl delete has it')
        .choices(['background', 'foreground', 'orphan'])
        .default('background'),
    )
    .option('--scale <replicas>', 'ask about a scale-down instead', integer(0))
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
