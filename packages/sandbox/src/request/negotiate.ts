/** One entry of an Accept header. */
export interface AcceptItem {
  media: string;
  parameters: Record<string, string>;
}

/** The entries of an Accept header, best first (stable for equal q). */
export function parseAccept(header: string | undefined): AcceptItem[] {
  const items = (header ?? '*/*').split(',').map((text, order) => {
    const [media = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(
      rest.map((part) => {
        const [key = '', value = ''] = part.split('=');
        return [key.toLowerCase(), value.replace(/^"|"$/g, '')];
      }),
    );
    const { q, ...others } = parameters;
    return { media: media.toLowerCase(), parameters: others, weight: q === undefined ? 1 : Number(q), order };
  });
  return items
    .filter(({ media, weight }) => media !== '' && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.order - b.order)
    .map(({ media, parameters }) => ({ media, parameters }));
}

/** How a response is to be written: which encoding, and in place of the object which view of it. */
export interface Negotiated {
  encoding: 'json' | 'yaml';
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** The version of `as`: v1 or v1beta1 of meta.k8s.io. */
  version?: 'v1' | 'v1beta1';
}

const JSON_MEDIA = ['application/json', 'application/*', '*/*'];

/** The first entry that can be served, or undefined (406): protobuf and CBOR responses are not written here. */
export function negotiate(header: string | undefined): Negotiated | undefined {
  for (const { media, parameters } of parseAccept(header)) {
    const encoding = JSON_MEDIA.includes(media) ? 'json' : media === 'application/yaml' ? 'yaml' : undefined;
    if (!encoding) continue;
    const { as, v, g } = parameters;
    if (as === undefined) return { encoding };
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { encoding, as, version: v };
    }
  }
  return undefined;
}

/** True where only the view (`as=`) that is asked for can't be served. */
export function isKnownMedia(header: string | undefined): boolean {
  return parseAccept(header).some(({ media }) => JSON_MEDIA.includes(media) || media === 'application/yaml');
}
