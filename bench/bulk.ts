// Deleting many small objects by label with a real kubectl: through the guard, beside straight to the same control plane.
// Needs Go, as the testbed does.
import { realClients } from '@toolcrib/sandbox';
import { inNamespace, paths } from '../packages/guard/src/testing/target.ts';
import { openStage } from '../packages/toolcrib/src/testing/stage.ts';
import { openGuardedTestbed } from '../testbed/guarded.ts';
import type { Figure } from './run.ts';

const OBJECTS = 60;
/** Interleaved, so that a machine that is busy for a while is busy for both. */
const ROUNDS = 5;
const GOAL = 1.3;

export default async function measure(): Promise<Figure[]> {
  const stage = await openStage(openGuardedTestbed, { waitSeconds: 0 });
  const { kubectl } = await realClients();
  const times: Record<'direct' | 'observe' | 'enforce', number[]> = { direct: [], observe: [], enforce: [] };
  const once = async (way: keyof typeof times): Promise<number> => {
    let took = 0;
    await inNamespace(stage.target, async (namespace) => {
      const kubeconfig = way === 'direct' ? stage.home.direct : stage.guard.kubeconfig(way);
      const at = paths.core(namespace, 'configmaps');
      for (let i = 0; i < OBJECTS; i++) {
        const metadata = { name: `map-${i}`, labels: { bench: 'bulk' } };
        const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b'.repeat(200) } };
        await stage.target.https('POST', at, body);
      }
      const args = ['delete', 'configmap', '-l', 'bench=bulk', '-n', namespace, '--wait=false'];
      const start = performance.now();
      const said = await stage.home.launch(kubectl, args, { kubeconfig }).done;
      took = performance.now() - start;
      if (said.code !== 0) throw new Error(said.stderr);
    });
    return took;
  };
  try {
    // The first of each fills kubectl's discovery cache.
    for (const way of ['direct', 'observe', 'enforce'] as const) await once(way);
    for (let round = 0; round < ROUNDS; round++)
      for (const way of ['direct', 'observe', 'enforce'] as const) times[way].push(await once(way));
  } finally {
    await stage.close();
  }
  const direct = median(times.direct);
  return (['observe', 'enforce'] as const).map((way) => {
    const value = median(times[way]);
    const ratio = value / direct;
    return {
      name: `delete ${OBJECTS} ConfigMaps by label, ${way}`,
      value,
      unit: 'ms',
      beside: { name: 'direct', value: direct },
      ratio,
      goal: `<= ${GOAL}`,
      met: ratio <= GOAL,
    };
  });
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
