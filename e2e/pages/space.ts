import type { Locator, Page } from '@playwright/test';

export class Space {
  readonly page: Page;
  readonly table: Locator;

  constructor(page: Page) {
    this.page = page;
    this.table = page.getByRole('grid', { name: 'Largest entries' });
  }

  tile(name: string | RegExp): Locator {
    return this.page.getByRole('tabpanel').getByRole('button', { name });
  }

  get cells(): Locator {
    return this.page.getByRole('application', { name: /Changes by entry and time/ });
  }

  async heatmap(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Where is it written, and when?' }).click();
  }
}
