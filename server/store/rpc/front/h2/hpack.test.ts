/** The decoder against the examples of RFC 7541 Appendix C, and against bytes that are no header block. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HpackDecoder } from './hpack-decoder.ts';
import { huffmanCodes, huffmanDecode } from './huffman.ts';
import { ConnectionError, ErrorCode } from './protocol.ts';
import { integer, trailerBlock } from './response-blocks.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decoder = (): HpackDecoder => new HpackDecoder({ listBytesMax: 16_384, pairsMax: 64 });
const lines = (fields: readonly (readonly [string, string])[] | undefined) => fields?.map(([n, v]) => `${n}: ${v}`);

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ...[':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com'],
    'custom-key: custom-value',
  ],
];
const DATE = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const LOCATION = 'location: https://www.example.com';
const RESPONSES = [
  [':status: 302', 'cache-control: private', DATE, LOCATION],
  [':status: 307', 'cache-control: private', DATE, LOCATION],
  [
    ...[':status: 200', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:22 GMT', LOCATION],
    ...['content-encoding: gzip', COOKIE],
  ],
];
/** The response examples run with a table of 256 bytes: a size update says so. */
const TABLE_256 = '3fe101';

describe('RFC 7541 Appendix C', () => {
  test.each([
    ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', 'custom-key: custom-header'],
    ['040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path'],
    ['1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret'],
    ['82', ':method: GET'],
  ])('C.2: %s is one field', (block, line) => {
    expect(lines(decoder().decode(hex(block)))).toEqual([line]);
  });

  test.each([
    [
      'C.3, without Huffman',
      REQUESTS,
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ],
    [
      'C.4, with Huffman',
      REQUESTS,
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ],
    [
      'C.5, with evictions',
      RESPONSES,
      [
        `${TABLE_256} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133
         3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
         6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
         2076 6572 7369 6f6e 3d31`,
      ],
    ],
    [
      'C.6, with Huffman and evictions',
      RESPONSES,
      [
        `${TABLE_256} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d
         29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
         dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
    ],
  ])('%s', (_, expected, blocks) => {
    const hpack = decoder();
    expect(blocks.map((block) => lines(hpack.decode(hex(block.replaceAll('\n', '')))))).toEqual(expected);
  });

  test('C.1: integers', () => {
    expect(integer(0, 5, 10)).toEqual(hex('0a'));
    expect(integer(0, 5, 1337)).toEqual(hex('1f9a0a'));
    expect(integer(0, 8, 42)).toEqual(hex('2a'));
  });
});

describe('Huffman', () => {
  const codes = huffmanCodes();
  const encode = (bytes: Uint8Array): Buffer => {
    let bits = '';
    for (const byte of bytes) {
      const { code, bits: length } = codes[byte] ?? { code: 0, bits: 0 };
      bits += code.toString(2).padStart(length, '0');
    }
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
    return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  };
  const decode = (bytes: Uint8Array): Buffer | undefined => {
    const target = Buffer.alloc(bytes.length * 2 + 1);
    const written = huffmanDecode(bytes, 0, bytes.length, target);
    return written < 0 ? undefined : target.subarray(0, written);
  };

  test('the code is complete: no bit string is left without a meaning', () => {
    expect(codes.reduce((sum, { bits }) => sum + 2 ** -bits, 0)).toBe(1);
  });

  test('what is encoded is decoded, all 256 bytes alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decode(encode(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(decode(encode(all))).toEqual(Buffer.from(all));
  });

  test.each([
    ['EOS within', 'fffffffc'],
    ['padding of 8 bits', '1fff'],
    ['padding of zeros', '18'],
  ])('%s is refused', (_, bytes) => {
    expect(decode(hex(bytes))).toBeUndefined();
  });
});

describe('bounds', () => {
  test.each([
    ['an index beyond the tables', 'be'],
    ['index 0', '80'],
    ['a table larger than allowed', '3fe21f'],
    ['a size update behind a field', '8220'],
    ['a string beyond its block', '0005 61'],
    ['an endless integer', 'ffff ffff ffff ffff ffff'],
    ['half a field', '40'],
  ])('%s is a compression error', (_, block) => {
    expect(() => decoder().decode(hex(block))).toThrow(
      expect.objectContaining({ name: 'ConnectionError', code: ErrorCode.COMPRESSION_ERROR }),
    );
  });

  test('a list that unfolds beyond its bound is read to the end, but not kept', () => {
    const hpack = decoder();
    const long = 'v'.repeat(4000);
    const insert = Buffer.concat([hex('4001 61'), integer(0, 7, long.length), Buffer.from(long)]);
    expect(hpack.decode(Buffer.concat([insert, Buffer.alloc(1000, 0xbe)]))).toBeUndefined();
    expect(lines(hpack.decode(hex('be')))).toEqual([`a: ${long}`]);
    expect(hpack.decode(Buffer.alloc(65, 0x82))).toBeUndefined();
  });

  test('any bytes are a block or a compression error, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (blocks) => {
        const hpack = decoder();
        for (const block of blocks) {
          try {
            hpack.decode(Buffer.from(block));
          } catch (error) {
            expect(error).toBeInstanceOf(ConnectionError);
            return;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('our own trailers are read back as they were meant', () => {
    expect(decoder().decode(trailerBlock({ code: 5, message: 'größer\n' }))).toEqual([
      ['grpc-status', '5'],
      ['grpc-message', 'gr%C3%B6%C3%9Fer%0A'],
    ]);
    expect(lines(decoder().decode(trailerBlock({ code: 0, message: '' })))).toEqual([
      'grpc-status: 0',
      'grpc-message: ',
    ]);
  });
});
