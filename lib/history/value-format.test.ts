import { expect, test } from 'vitest';
import { comparableText, recogniseValue, valueBytesOf, valueStart } from './value-format.ts';

const kind = (value: Parameters<typeof recogniseValue>[0]) => recogniseValue(value).kind;

test('values are recognised by their bytes', () => {
  expect(kind('')).toBe('empty');
  expect(kind('{"a": 1}')).toBe('json');
  expect(kind(' [1, 2] ')).toBe('json');
  expect(kind('{"a": 1')).toBe('text');
  expect(kind('42')).toBe('text');
  expect(kind('https://example.test:80/x')).toBe('text');
  expect(kind({ base64: '/w==' })).toBe('binary');
  expect(kind('a\u0000b')).toBe('binary');
});

test('YAML needs more than one line that looks like it', () => {
  expect(kind('server:\n  port: 80\n  hosts:\n    - a\n    - b\n')).toBe('yaml');
  expect(kind('- a\n- b')).toBe('yaml');
  expect(kind('# comment\nname: x\nlog.level: debug')).toBe('yaml');
  expect(kind('note: call me back')).toBe('text');
  expect(kind('Dear all,\nplease note: the door is open.\nThanks')).toBe('text');
});

test('XML is one element whose tags all close', () => {
  expect(kind('<?xml version="1.0"?>\n<!-- c --><a x="1>2"><b/><c>t</c></a>\n')).toBe('xml');
  expect(kind('<a><![CDATA[</b>]]></a>')).toBe('xml');
  for (const text of ['<a><b></a></b>', '<a></a><b></b>', '<a>', 'a < b and c > d', '<3'])
    expect(kind(text)).not.toBe('xml');
});

test('TOML needs a table or several pairs whose values TOML knows', () => {
  expect(kind('# top\n[server]\nport = 80\nhosts = ["a",\n  "b"]\n')).toBe('toml');
  expect(kind('a = 1\nb = "x"')).toBe('toml');
  for (const text of ['a = b', 'x = 1', 'PATH=/usr/bin\nHOME=/root', '[note]\nhello there'])
    expect(kind(text)).not.toBe('toml');
});

test('comparable text lays JSON out and shows binary as hex', () => {
  expect(comparableText('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(comparableText({ base64: '/wA=' })).toBe(`00000000  ff 00${' '.repeat(44)}..`);
  expect(valueBytesOf({ base64: '/wA=' })).toEqual(Uint8Array.of(0xff, 0));
});

test('the start of a value is enough to recognise it by, and says when there is more', () => {
  const few = { lines: 2, chars: 20 };
  expect(valueStart('{"a":1}', few)).toEqual({ text: '{\n  "a": 1', isCut: true });
  expect(valueStart('one\ntwo', few)).toEqual({ text: 'one\ntwo', isCut: false });
  expect(valueStart(`{"a":"${'x'.repeat(20_000)}"}`, few)).toEqual({ text: `{"a":"${'x'.repeat(14)}`, isCut: true });
  expect(valueStart({ base64: '/wD/'.repeat(6_000) }, few)).toMatchObject({
    text: '00000000  ff 00 ff f',
    isCut: true,
  });
});

/** etcd's largest request. */
const LARGEST = 1_572_864;

test('a value of 1.5 MiB is judged in one reading, however it is made', () => {
  const evil = [
    '<?',
    '<!',
    '<a "',
    '<a ',
    '<a>',
    '<!--',
    '<![CDATA[',
    '[a.',
    'a.',
    '- ',
    'a: ',
    '"',
    ' ',
    '= ',
    '[[',
    'a = 1 ',
    '{"a":',
  ];
  for (const piece of evil) {
    for (const [head, tail] of [
      ['', ''],
      ['<', '>'],
    ] as const) {
      const text = head + piece.repeat(LARGEST / piece.length) + tail;
      expect(typeof recogniseValue(text).kind).toBe('string');
    }
  }
});

test('tags are told from what merely looks like them', () => {
  expect(recogniseValue('<a x=">"><!-- <b> --><![CDATA[<c>]]><d/></a>').kind).toBe('xml');
  expect(recogniseValue('<?xml version="1.0"?>\n<!DOCTYPE a>\n<a>1 < 2</a>').kind).toBe('xml');
  expect(recogniseValue('<a><b></a></b>').kind).toBe('text');
  expect(recogniseValue('<a></a><b></b>').kind).toBe('text');
  expect(recogniseValue('<a href="x>').kind).toBe('text');
});
