export { invalid } from '../store/api-error.ts';
export { forbiddenField, invalidValue, required, unsupported } from '../store/meta-rules.ts';
