// Messages whose JSON is not an object of their fields (the Go types marshal themselves).
type Decoded = Record<string, unknown>;

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const EXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions';
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Turns a decoded message into the JSON value that its Go type has; the message itself where that is the same.
 * `undefined` means that JSON has nothing there.
 */
export function jsonValueOf(type: string, message: Decoded): unknown {
  switch (type) {
    case 'k8s.io.apimachinery.pkg.util.intstr.IntOrString':
      return message.type === 1 ? (message.strVal ?? '') : (message.intVal ?? 0);
    case 'k8s.io.apimachinery.pkg.api.resource.Quantity':
      return message.string ?? '0';
    case `${META}.Time`:
      return time(message, 0);
    case `${META}.MicroTime`:
      return time(message, 6);
    case `${META}.Duration`:
      return goDuration(Number(message.duration ?? 0));
    case `${META}.FieldsV1`:
      return message.Raw === undefined ? undefined : rawJson(message.Raw);
    case 'k8s.io.apimachinery.pkg.runtime.RawExtension':
    case `${EXTENSIONS}.v1.JSON`:
    case `${EXTENSIONS}.v1beta1.JSON`:
      return message.raw === undefined ? undefined : rawJson(message.raw);
    case `${EXTENSIONS}.v1.JSONSchemaPropsOrArray`:
    case `${EXTENSIONS}.v1beta1.JSONSchemaPropsOrArray`:
      return message.schema ?? message.jSONSchemas ?? [];
    case `${EXTENSIONS}.v1.JSONSchemaPropsOrBool`:
    case `${EXTENSIONS}.v1beta1.JSONSchemaPropsOrBool`:
      return message.schema ?? message.allows ?? false;
    case `${EXTENSIONS}.v1.JSONSchemaPropsOrStringArray`:
    case `${EXTENSIONS}.v1beta1.JSONSchemaPropsOrStringArray`:
      return message.schema ?? message.property ?? [];
    default:
      return /\.ExtraValue$|\.Verbs$/.test(type) ? (message.items ?? []) : message;
  }
}

function time(message: Decoded, digits: number): string | undefined {
  if (message.seconds === undefined && message.nanos === undefined) return undefined;
  const seconds = Number(message.seconds ?? 0);
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${date}Z`;
  return `${date}.${String(Math.floor(Number(message.nanos ?? 0) / 1000)).padStart(digits, '0')}Z`;
}

function rawJson(raw: unknown): unknown {
  if (!(raw instanceof Uint8Array)) return raw;
  return raw.length === 0 ? undefined : JSON.parse(utf8.decode(raw));
}

/** Go's time.Duration.String(). @param nanoseconds a whole number */
function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  const sign = nanoseconds < 0 ? '-' : '';
  const left = Math.abs(nanoseconds);
  if (left < 1e3) return `${sign}${left}ns`;
  if (left < 1e6) return `${sign}${left / 1e3}µs`;
  if (left < 1e9) return `${sign}${left / 1e6}ms`;
  const hours = Math.floor(left / 3.6e12);
  const minutes = Math.floor((left % 3.6e12) / 6e10);
  const seconds = (left % 6e10) / 1e9;
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
