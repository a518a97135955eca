/** Trash, Compare, and the dialog that all changes of many keys share. */
import type { Locator, Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class History {
  readonly page: Page;
  readonly dialog: Locator;
  /** What a job has done so far. */
  readonly account: Locator;
  readonly counts: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
    // The region for toasts is the dialog's last.
    this.account = this.dialog.getByRole('status').first();
    this.counts = page.getByRole('region', { name: 'Differences' }).getByRole('status');
  }

  async openTrash(prefix: string): Promise<void> {
    await new Shell(this.page).open(`/trash?${new URLSearchParams({ prefix })}`);
  }

  async openCompare(prefix: string, from: number): Promise<void> {
    await new Shell(this.page).open(`/compare?${new URLSearchParams({ prefix, from: String(from) })}`);
  }

  /** The row of a deletion. */
  deletion(revision: number): Locator {
    return this.page.getByRole('row').filter({ hasText: grouped(revision) });
  }

  deletionPanel(revision: number): Locator {
    return this.page.getByRole('region', { name: `Deletion at revision ${revision}` });
  }
}

/** As the screen writes numbers. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
