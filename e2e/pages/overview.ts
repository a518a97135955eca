import type { Locator, Page } from '@playwright/test';

export class Overview {
  readonly members: Locator;
  readonly leaderRow: Locator;
  readonly changes: Locator;
  readonly risks: Locator;

  constructor(page: Page) {
    this.members = page
      .getByRole('table', { name: 'Members of the cluster' })
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader') });
    this.leaderRow = this.members.filter({ hasText: 'leader' });
    this.changes = page.getByRole('region', { name: 'Changes' });
    this.risks = page.getByRole('region', { name: 'At risk' });
  }
}
