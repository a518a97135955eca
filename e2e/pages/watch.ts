import type { Locator, Page } from '@playwright/test';

export class Watch {
  readonly page: Page;
  readonly filter: Locator;
  readonly rows: Locator;
  readonly gaps: Locator;

  constructor(page: Page) {
    this.page = page;
    this.filter = page.getByRole('textbox', { name: 'Filter by key' });
    const grid = page.getByRole('grid', { name: 'Changes, newest first' });
    this.rows = grid.getByRole('row').filter({ has: page.getByRole('gridcell') });
    this.gaps = this.rows.filter({ hasText: 'gap:' });
  }

  /** Leaves out what others change, and what changed before the page opened. */
  async narrowTo(prefix: string): Promise<void> {
    await this.filter.fill(prefix);
  }

  async pause(): Promise<void> {
    await this.page.getByRole('button', { name: /^Pause/ }).click();
  }

  async resume(): Promise<void> {
    await this.page.getByRole('button', { name: /^Resume/ }).click();
  }
}
