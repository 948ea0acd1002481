export { invalid } from '../apimachinery/api-error.ts';
export { forbiddenField, invalidValue, required, unsupported } from '../store/meta-rules.ts';
