/** The frame around every page: where things are and what one does with them. */
import type { Locator, Page } from '@playwright/test';

export class Shell {
  readonly page: Page;
  readonly heading: Locator;
  readonly sentence: Locator;
  readonly revisionBar: Locator;
  readonly revisionNow: Locator;
  readonly returnToLive: Locator;
  readonly palette: Locator;
  readonly sheet: Locator;

  constructor(page: Page) {
    this.page = page;
    this.heading = page.getByRole('heading', { level: 1 });
    this.sentence = page.getByRole('banner').getByRole('paragraph');
    this.revisionBar = page.getByRole('region', { name: 'Revision' });
    this.revisionNow = page.getByTestId('revision-now');
    this.returnToLive = page.getByRole('button', { name: 'Return to live' });
    this.palette = page.getByRole('dialog', { name: 'Find key, page, action' });
    this.sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  }

  /** Opens a page and waits until it is connected: before that nothing on it is meant to be used. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.revisionBar.getByText(/^live$|viewing rev/).waitFor();
  }

  async go(
    title: 'Overview' | 'Keys' | 'Watch' | 'Elections' | 'Locks' | 'Leases' | 'Configuration' | 'Rollouts' | 'Flags',
  ): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title }).click();
    await this.page.getByRole('heading', { level: 1, name: title }).waitFor();
  }

  async pin(revision: number): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Go to revision or time' });
    await field.fill(String(revision));
    await field.press('Enter');
  }
}
