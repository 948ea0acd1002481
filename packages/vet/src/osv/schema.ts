import { z } from 'zod';

/** https://ossf.github.io/osv-schema/, as far as it is used; members of later versions of it are let through. */
export const osvRecordSchema = z.looseObject({
  id: z.string().min(1),
  /** RFC 3339, as the schema demands: how old the data is hangs on it. */
  modified: z.iso.datetime({ offset: true }),
  published: z.string().optional(),
  withdrawn: z.string().optional(),
  aliases: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  summary: z.string().optional(),
  severity: z.array(z.looseObject({ type: z.string(), score: z.string() })).nullish(),
  affected: z
    .array(
      z.looseObject({
        package: z
          .looseObject({ ecosystem: z.string(), name: z.string(), purl: z.string().optional() })
          .optional(),
        ranges: z
          .array(
            z.looseObject({
              type: z.string(),
              repo: z.string().optional(),
              events: z.array(z.record(z.string(), z.string())),
            }),
          )
          .nullish()
          .transform((list) => list ?? []),
        versions: z
          .array(z.string())
          .nullish()
          .transform((list) => list ?? []),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});
export type OsvRecord = z.infer<typeof osvRecordSchema>;
