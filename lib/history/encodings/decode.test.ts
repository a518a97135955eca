import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64, utf8Encode } from '../../base/bytes.ts';
import { toWire } from '../../keys/wire-bytes.ts';
import { recogniseValue } from '../value-format.ts';
import { DECODED_CHARS_MAX, type Decoded, decodeValue, LAYERS_MAX } from './decode.ts';
import { layerOf, mayBeWrapped } from './layers.ts';
import { UNPACKED_BYTES_MAX } from './unpack.ts';

const decode = (bytes: Uint8Array): Promise<Decoded | null> => decodeValue(toWire(new Uint8Array(bytes)));
const json = utf8Encode('{"a":1}');
const LAID_OUT = '{\n  "a": 1\n}';

test('compressed JSON is laid out, whatever it is compressed by', async () => {
  for (const [name, packed] of [
    ['gzip', gzipSync(json)],
    ['zlib', deflateSync(json)],
    ['zstd', zstdCompressSync(json)],
  ] as const) {
    expect(mayBeWrapped(toWire(new Uint8Array(packed)))).toBe(true);
    expect(await decode(packed)).toEqual({
      layers: [name],
      kind: 'json',
      text: LAID_OUT,
      bytes: 7,
      isCut: false,
      fault: null,
    });
  }
});

test('layers are taken off one after the other, to their bound', async () => {
  const twice = utf8Encode(toBase64(utf8Encode(toBase64(new Uint8Array(gzipSync(json))))));
  expect(mayBeWrapped(toWire(twice))).toBe(true);
  expect(await decode(twice)).toMatchObject({ layers: ['base64', 'base64', 'gzip'], text: LAID_OUT });
  let deep = json;
  for (let i = 0; i <= LAYERS_MAX; i++) deep = new Uint8Array(gzipSync(deep));
  expect((await decode(deep))?.layers).toEqual(Array(LAYERS_MAX).fill('gzip'));
});

test('a bomb is unpacked to the bound and says that there is more', async () => {
  const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024).fill(0x61));
  expect(bomb.length).toBeLessThan(100 * 1024);
  const decoded = await decode(bomb);
  expect(decoded).toMatchObject({ layers: ['gzip'], kind: 'text', bytes: UNPACKED_BYTES_MAX, isCut: true });
  expect(decoded?.text.length).toBe(DECODED_CHARS_MAX);
});

test('what ends too soon or is damaged is told, with what could be read', async () => {
  const packed = gzipSync(utf8Encode('word '.repeat(50_000)), { level: 1 });
  const cut = await decode(packed.subarray(0, packed.length - 8));
  expect(cut?.fault).not.toBe(null);
  expect(cut?.text.startsWith('word word')).toBe(true);
  expect(await decode(Uint8Array.of(0x1f, 0x8b, 8, 0xff, 1, 2, 3))).toMatchObject({ layers: ['gzip'], text: '' });
  expect((await decode(Uint8Array.of(...gzipSync(json), 1, 2, 3)))?.text).toBe(LAID_OUT);
});

/** Field `number` with bytes. */
const field = (number: number, bytes: Uint8Array | string): Uint8Array => {
  const value = typeof bytes === 'string' ? utf8Encode(bytes) : bytes;
  const length = value.length < 128 ? [value.length] : [(value.length & 0x7f) | 0x80, value.length >> 7];
  return Uint8Array.of((number << 3) | 2, ...length, ...value);
};
const message = (...fields: readonly Uint8Array[]): Uint8Array => Uint8Array.of(...fields.flatMap((one) => [...one]));

test('a Kubernetes object names its type and metadata and numbers the rest', async () => {
  const metadata = message(
    field(1, 'kube-root-ca.crt'),
    field(3, 'default'),
    field(8, Uint8Array.of(8, ...[0x80, 0xe8, 0xac, 0xb6, 6])),
    field(11, message(field(1, 'app'), field(2, 'web'))),
  );
  const object = message(
    field(1, metadata),
    field(2, message(field(1, 'ca.crt'), field(2, 'PEM'))),
    Uint8Array.of(0x18, 0x96, 1),
  );
  const stored = message(
    utf8Encode('k8s\0'),
    field(1, message(field(1, 'v1'), field(2, 'ConfigMap'))),
    field(2, object),
  );
  expect(mayBeWrapped(toWire(stored))).toBe(true);
  expect((await decode(stored))?.text).toBe(`apiVersion: "v1"
kind: "ConfigMap"
metadata:
  name: "kube-root-ca.crt"
  namespace: "default"
  creationTimestamp: 2024-08-25T13:39:12.000Z
  label: "app" = "web"
2:
  1: "ca.crt"
  2: "PEM"
3: 150`);
  expect(await decode(utf8Encode('k8s\0\u0007nonsense'))).toMatchObject({
    layers: ['kubernetes'],
    fault: expect.any(String),
  });
});

test('MessagePack is taken for it only where all of it is a map with readable names', async () => {
  const packed = Uint8Array.of(
    0x82,
    0xa2,
    0x69,
    0x64,
    0xcf,
    ...Array<number>(8).fill(0xff),
    0xa1,
    0x6c,
    0x92,
    0xc3,
    0xc4,
    1,
    0xfe,
  );
  expect(await decode(packed)).toMatchObject({
    layers: ['messagePack'],
    text: '{\n  "id": 18446744073709551615,\n  "l": [\n    true,\n    <bytes: fe>\n  ]\n}',
  });
  expect(await decode(Uint8Array.of(...packed, 0))).toBe(null);
  expect(await decode(packed.subarray(0, -1))).toBe(null);
});

test('plain text, words of base64 letters and JSON are what they are', async () => {
  for (const text of [
    'hello',
    'aGVsbG8gd29ybGQsIHBsYWlu',
    'ThisIsAWordAndNothingElse',
    '{"a":1}',
    '',
    'x^ is no zlib',
  ]) {
    expect(await decode(utf8Encode(text))).toBe(null);
  }
});

test('any bytes are decoded within the bounds or left alone, and nothing is thrown', async () => {
  const marks = fc.constantFrom(
    [0x1f, 0x8b, 8, 0],
    [0x28, 0xb5, 0x2f, 0xfd],
    [0x6b, 0x38, 0x73, 0],
    [0x78, 0x9c],
    [0x82, 0xa1],
    [],
  );
  await fc.assert(
    fc.asyncProperty(marks, fc.uint8Array({ maxLength: 200 }), async (mark, rest) => {
      const decoded = await decode(Uint8Array.of(...mark, ...rest));
      expect(decoded === null || decoded.layers.length > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('the quick look agrees with the thorough one on what is not text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const value = toWire(bytes);
      if (recogniseValue(value).kind === 'binary' && layerOf(bytes) !== null) expect(mayBeWrapped(value)).toBe(true);
    }),
  );
});
