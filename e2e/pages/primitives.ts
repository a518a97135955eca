import type { Locator, Page } from '@playwright/test';

/** The pages Primitives and Services: a list, and what is chosen of it beside. */
export class Recognised {
  readonly page: Page;
  readonly #title: 'Primitives' | 'Services';

  constructor(page: Page, title: 'Primitives' | 'Services') {
    this.page = page;
    this.#title = title;
  }

  row(name: string): Locator {
    return this.page.getByRole('grid', { name: this.#title, exact: true }).getByRole('row').filter({ hasText: name });
  }

  detail(what: string): Locator {
    return this.page.getByRole('region', { name: what, exact: true });
  }
}
