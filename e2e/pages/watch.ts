import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';

export class Watch {
  readonly page: Page;
  readonly filter: Locator;
  readonly from: Locator;
  readonly grid: Locator;
  readonly rows: Locator;
  readonly gaps: Locator;
  readonly subscriptions: Locator;

  constructor(page: Page) {
    this.page = page;
    this.filter = page.getByRole('textbox', { name: 'Filter by key' });
    this.from = page.getByRole('textbox', { name: 'Start from revision' });
    this.grid = page.getByRole('grid', { name: 'Changes, newest first' });
    this.rows = this.grid.getByRole('row').filter({ has: page.getByRole('gridcell') });
    this.gaps = this.rows.filter({ hasText: 'gap:' });
    this.subscriptions = page.getByRole('region', { name: 'Subscriptions' }).getByRole('group');
  }

  /** Leaves out what others change, and what changed before the page opened. */
  async narrowTo(prefix: string): Promise<void> {
    await this.filter.fill(prefix);
  }

  async startFrom(revision: number): Promise<void> {
    await this.from.fill(String(revision));
    await this.from.press('Enter');
  }

  async addSubscription(prefix: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add subscription' }).click();
    await this.filter.fill(prefix);
  }

  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: /^Pause(?! sub)/ }).click();
  }

  async resume(): Promise<void> {
    await this.page.getByRole('button', { name: /^Resume(?! sub)/ }).click();
  }

  /** Changes that passed the first subscription, once they are `expected` or no longer grow. */
  async seen(expected: number): Promise<number> {
    const counter = this.subscriptions.first().getByTitle(/ passed, /);
    let last = -1;
    for (;;) {
      const now = Number(/^[\d,]+/.exec((await counter.textContent()) ?? '')?.[0].replaceAll(',', '') ?? 0);
      if (now >= expected || now === last) return now;
      last = now;
      await this.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
    }
  }

  /** What the export of the list holds, a parsed object for each line, oldest first. */
  async exported(): Promise<readonly ExportedLine[]> {
    const waiting = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: 'Export what is listed as NDJSON' }).click();
    const text = await readFile(await (await waiting).path(), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportedLine);
  }
}

export interface ExportedLine {
  readonly revision?: string;
  readonly key?: string;
  readonly gap?: { readonly from: string; readonly to: string; readonly reason: string };
}
