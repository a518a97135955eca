import type { Locator, Page } from '@playwright/test';

/** The pages Elections and Locks, which work alike. */
export class Coordination {
  readonly page: Page;
  readonly #title: 'Elections' | 'Locks';

  constructor(page: Page, title: 'Elections' | 'Locks') {
    this.page = page;
    this.#title = title;
  }

  row(name: string): Locator {
    return this.page.getByRole('grid', { name: this.#title, exact: true }).getByRole('row').filter({ hasText: name });
  }

  detail(name: string): Locator {
    const kind = this.#title === 'Locks' ? 'lock' : 'election';
    return this.page.getByRole('region', { name: `${kind} ${name}`, exact: true });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }
}
