import { z } from 'zod';

const decision = z.enum(['allow', 'warn', 'hold', 'deny']);

/** `guard.yaml`: what may pass where. From it come the types, the JSON Schema for editors and the error texts. */
export const guardPolicySchema = z
  .strictObject({
    apiVersion: z.literal('toolcrib.dev/v1alpha1'),
    kind: z.literal('GuardPolicy'),
    spec: z.strictObject({
      clusters: z
        .array(
          z.strictObject({
            context: z.string().min(1).describe('Name of a kubeconfig context; * stands for any characters.'),
            mode: z.enum(['observe', 'warn', 'enforce']),
            exceptNamespaces: z
              .array(z.string().min(1))
              .optional()
              .describe('Namespaces (with *) that are only observed.'),
            requestTimeoutSeconds: z
              .number()
              .int()
              .min(1)
              .max(3600)
              .optional()
              .describe(
                "The API server's --request-timeout, where it is not the usual 60: so long may what was sent be carried out.",
              ),
          }),
        )
        .default([])
        .describe('The first whose context matches decides; none: observe.'),
      rules: z
        .array(
          z.strictObject({
            name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
            when: z
              .string()
              .min(1)
              .describe('A CEL expression over radius, effect, act, caller and context.'),
            then: decision,
            reason: z.string().optional(),
          }),
        )
        .default([])
        .describe(
          'Your own rules. They are asked before the built-in ones; the first that matches decides; none: allow.',
        ),
      disable: z
        .array(z.string().min(1))
        .default([])
        .describe('Names of built-in rules that shall not count. Nothing else takes one away.'),
      hold: z
        .strictObject({
          waitSeconds: z
            .number()
            .int()
            .min(0)
            .max(90)
            .default(90)
            .describe('How long a kubectl waits for a yes.'),
          passSeconds: z
            .number()
            .int()
            .min(10)
            .max(3600)
            .default(120)
            .describe('How long an approval may be used.'),
        })
        .prefault({}),
      journal: z
        .strictObject({
          keepDays: z
            .number()
            .int()
            .min(1)
            .default(90)
            .describe('How long acts and their snapshots are kept. What is unfinished stays.'),
        })
        .prefault({}),
      soften: z
        .strictObject({
          windowMinutes: z
            .number()
            .min(1)
            .max(24 * 60)
            .default(30)
            .describe('How long a softened act can be undone before it is finished.'),
        })
        .prefault({}),
    }),
  })
  .describe('toolcrib guard policy');

export type GuardPolicyFile = z.output<typeof guardPolicySchema>;
