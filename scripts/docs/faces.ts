import { routeOf, whyNot } from '../../packages/toolcrib/src/faces/api/routes.ts';
import { commandOf, noOperation } from '../../packages/toolcrib/src/faces/cli/offers.ts';
import { operations } from '../../packages/toolcrib/src/operations/index.ts';
import { operationNames } from '../../packages/toolcrib/src/operations/operation.ts';
import { table } from './regions.ts';

/** Which face offers which operation, and by what name. */
export function facesTable(): string {
  const rows = operationNames.map((name) => {
    const { title, looks, reaches, event } = operations[name];
    const why = whyNot(name);
    const route = why === undefined ? routeOf(operations[name]) : undefined;
    const api = route ? `\`${route.method} ${route.path}\`` : `no: ${why}`;
    const how = [looks ? 'looks' : 'changes', ...(event ? ['tells on the way'] : [])].join(', ');
    return [`\`${name}\``, title, how, reaches, `\`toolcrib ${commandOf[name]}\``, api];
  });
  return table(['operation', 'what', 'how', 'reaches', 'command line', 'API'], rows);
}

/** What the command line does besides. */
export function noOperationsTable(): string {
  const rows = Object.entries(noOperation).map(([command, why]) => [`\`toolcrib ${command}\``, why]);
  return table(['command', 'why it is no operation'], rows);
}
