import { expect, test } from 'vitest';
import { type AddressBar, FLUSH_MS, type History, UrlWriter } from './url-writer.ts';

class FakeBar implements AddressBar {
  address = '/keys?store=a';
  clock = 0;
  readonly entries: (readonly [string, History])[] = [];
  #tasks: { readonly at: number; readonly task: () => void }[] = [];

  readonly path = (): string => this.address.split('?')[0] ?? '';
  readonly search = (): string => this.address.split('?')[1] ?? '';
  readonly now = (): number => this.clock;
  readonly go = (address: string, history: History): void => {
    this.address = address;
    this.entries.push([address, history]);
  };
  readonly after = (ms: number, task: () => void): void => void this.#tasks.push({ at: this.clock + ms, task });

  advance(ms: number): void {
    this.clock += ms;
    const due = this.#tasks.filter((one) => one.at <= this.clock);
    this.#tasks = this.#tasks.filter((one) => one.at > this.clock);
    for (const { task } of due) task();
  }
}

function open(): { readonly bar: FakeBar; readonly url: UrlWriter } {
  const bar = new FakeBar();
  return { bar, url: new UrlWriter(bar) };
}

test('what is set is read at once, before the address has it', () => {
  const { bar, url } = open();
  url.set(new Map([['key', ['a b']]]), 'push');
  expect(url.get().get('key')).toEqual(['a b']);
  expect(bar.address).toBe('/keys?store=a');
});

test('changes of one turn are one entry, and a push among them makes it a push', () => {
  const { bar, url } = open();
  url.set(new Map([['key', ['x']]]), 'push');
  url.set(new Map([['d', ['none']]]), 'replace');
  bar.advance(0);
  expect(bar.entries).toEqual([['/keys?store=a&key=x&d=none', 'push']]);
});

test('the address follows at most once per interval, with the newest value', () => {
  const { bar, url } = open();
  for (let rev = 1; rev <= 30; rev++) {
    url.set(new Map([['rev', [String(rev)]]]), 'replace');
    bar.advance(10);
  }
  bar.advance(FLUSH_MS);
  expect(bar.entries.length).toBeLessThanOrEqual(300 / FLUSH_MS + 1);
  expect(bar.address).toBe('/keys?store=a&rev=30');
});

test('no text leaves a parameter out', () => {
  const { bar, url } = open();
  url.set(new Map([['store', []]]), 'replace');
  bar.advance(0);
  expect(bar.address).toBe('/keys');
});

test('what was set on a page that has been left is dropped', () => {
  const { bar, url } = open();
  url.set(new Map([['key', ['x']]]), 'push');
  bar.address = '/watch?store=a';
  bar.advance(0);
  expect(bar.address).toBe('/watch?store=a');
  expect(url.get().size).toBe(0);
});

test('it stays until the page has been rendered with it, not with something older', () => {
  const { bar, url } = open();
  url.set(new Map([['rev', ['1']]]), 'replace');
  bar.advance(0);
  url.set(new Map([['rev', ['2']]]), 'replace');
  bar.advance(FLUSH_MS);
  url.settle('store=a&rev=1');
  expect(url.get().get('rev')).toEqual(['2']);
  url.settle('store=a&rev=2');
  expect(url.get().size).toBe(0);
});

test('setting what the address says already leaves no entry and nothing behind', () => {
  const { bar, url } = open();
  url.set(new Map([['store', ['a']]]), 'push');
  bar.advance(0);
  expect(bar.entries).toEqual([]);
  expect(url.get().size).toBe(0);
});

test('a list is written as often as it has items', () => {
  const { bar, url } = open();
  url.set(new Map([['sub', ['a', 'b']]]), 'replace');
  bar.advance(0);
  expect(bar.address).toBe('/keys?store=a&sub=a&sub=b');
});
