import type { Locator, Page } from '@playwright/test';

export class Leases {
  readonly page: Page;
  readonly grid: Locator;
  /** What ends in the next minute. */
  readonly calendar: Locator;
  readonly grantDialog: Locator;
  readonly revokeDialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.grid = page.getByRole('grid', { name: 'Leases', exact: true });
    this.calendar = page.getByRole('region', { name: 'What disappears in the next 60 s' });
    this.grantDialog = page.getByRole('dialog', { name: 'Grant a lease' });
    this.revokeDialog = page.getByRole('dialog', { name: 'Revoke this lease' });
  }

  row(id: string): Locator {
    return this.grid.getByRole('row').filter({ hasText: id });
  }

  detail(id: string): Locator {
    return this.page.getByRole('region', { name: `Lease ${id}` });
  }

  async grant(lease: { readonly ttlSeconds: number; readonly id: string }): Promise<void> {
    await this.page
      .getByRole('banner')
      .or(this.page.getByRole('main'))
      .getByRole('button', { name: 'Grant lease' })
      .click();
    await this.grantDialog.getByRole('textbox', { name: /^Time to live/ }).fill(String(lease.ttlSeconds));
    await this.grantDialog.getByRole('textbox', { name: /^Id/ }).fill(lease.id);
    await this.grantDialog.getByRole('button', { name: 'Grant lease' }).click();
  }
}
