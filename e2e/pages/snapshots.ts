import type { Locator, Page } from '@playwright/test';

/** The two panels about snapshot files on the page Cluster. */
export class Snapshots {
  readonly #page: Page;
  readonly download: Locator;
  readonly inspect: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.download = page.getByRole('region', { name: 'Snapshot', exact: true });
    this.inspect = page.getByRole('region', { name: 'Inspect a snapshot file' });
  }

  /** Where the downloaded file lies. */
  async save(): Promise<string> {
    const arrives = this.#page.waitForEvent('download');
    await this.download.getByRole('button', { name: /^Download from/ }).click();
    return (await arrives).path();
  }

  async choose(
    file: string | { readonly name: string; readonly mimeType: string; readonly buffer: Buffer },
  ): Promise<void> {
    await this.inspect.getByLabel('Snapshot file').setInputFiles(file);
  }

  /** What stands behind a word such as "Revision". */
  fact(what: string): Locator {
    return this.inspect.locator('dl > div', { has: this.#page.locator(`dt:text-is("${what}")`) }).locator('dd');
  }
}
