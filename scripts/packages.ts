/** Our packages, each after those that it needs. */
export const PACKAGES = ['kube', 'sandbox', 'model', 'guard', 'vet', 'toolcrib'];
