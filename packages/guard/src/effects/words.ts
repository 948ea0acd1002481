import type { Target } from '@toolcrib/model';

/** `deployment shop/web`. */
export function oneOf(target: Target | undefined): string {
  const where = target?.namespace ? `${target.namespace}/` : '';
  return `${singular(target?.resource ?? '')} ${where}${target?.name}`;
}

/** As kubectl is typed: `delete deployments/web -n shop (+ 3 more)`. */
export function typedAs(verb: string, target: Target | undefined, more: string): string {
  const name = target?.name ? `${target.resource}/${target.name}` : `all ${target?.resource ?? 'of it'}`;
  return `${verb} ${name}${target?.namespace ? ` -n ${target.namespace}` : ''}${more}`;
}

function singular(resource: string): string {
  return resource.endsWith('sses') || resource.endsWith('xes')
    ? resource.slice(0, -2)
    : resource.replace(/ies$/, 'y').replace(/s$/, '');
}
