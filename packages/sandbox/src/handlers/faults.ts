export { invalid } from '../apimachinery/api-error.ts';
export { forbiddenField, required, unsupported } from '../store/meta-rules.ts';
