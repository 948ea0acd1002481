import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Service before two Pods of a Deployment, their ConfigMap, and a claim: what many charts are made of. */
export const WEB = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {color: blue}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: registry.k8s.io/pause:3.10}]}
`;

/** Writes a chart with one template. @returns its folder */
export function chart(folder: string, name: string, template: string): string {
  const at = join(folder, name);
  mkdirSync(join(at, 'templates'), { recursive: true });
  writeFileSync(join(at, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`);
  writeFileSync(join(at, 'templates', 'all.yaml'), template);
  return at;
}
