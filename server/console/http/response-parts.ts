/**
 * What the answers of all operations are made of. An answer is a schema in the file of its resource: the OpenAPI document is made of them,
 * the tests parse real answers with them, and a type test holds each against lib/api (app/api/openapi.test.ts).
 */
import { z } from 'zod';

export const bytes = z
  .union([z.string(), z.strictObject({ base64: z.string() })])
  .describe('Text where the bytes are valid UTF-8, else base64. Exact to the byte.')
  .meta({ id: 'Bytes' });

export const int = z.string().describe('A 64-bit number in decimal digits.').meta({ id: 'Integer' });

export const hexId = z.string().describe('A 64-bit id in lower-case hex, as etcdctl prints it.').meta({ id: 'HexId' });

export const time = z
  .number()
  .describe('Milliseconds since the Unix epoch, by the console’s clock.')
  .meta({ id: 'Time' });

export const named = <T extends z.core.$ZodLooseShape>(id: string, shape: T) => z.strictObject(shape).meta({ id });

export const apiError = named('Error', {
  code: z.string().describe('Name of the gRPC code.'),
  message: z.string(),
  detail: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe('What failed: field, endpoint, what stands there now…'),
});

export const range = named('Range', {
  key: bytes,
  end: bytes.describe('Empty: exactly the key. "\\0": no upper end.'),
});
