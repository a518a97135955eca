import type { Locator, Page } from '@playwright/test';

/** The page Cluster: its members, what can be done to them, and the dialog in which it is planned. */
export class ClusterPage {
  readonly history: Locator;
  readonly dialog: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.history = page.getByRole('region', { name: 'History', exact: true });
    this.dialog = page.getByRole('dialog');
  }

  member(role: 'leader' | 'follower'): Locator {
    return this.#page
      .getByRole('region', { name: /^Member / })
      .filter({ hasText: role })
      .first();
  }

  async nameOf(member: Locator): Promise<string> {
    return (await member.getByRole('heading').textContent()) ?? '';
  }

  async choose(member: string, item: string): Promise<void> {
    await this.#page.getByRole('button', { name: `What can be done to ${member}` }).click();
    await this.#page.getByRole('menuitem', { name: item }).click();
  }

  async planCompaction(below: number): Promise<void> {
    await this.history.getByRole('textbox', { name: 'Compact below revision' }).fill(String(below));
    await this.history.getByRole('button', { name: 'Show what goes' }).click();
  }

  /** The act itself: the button that bears the plan's title. */
  act(title: string | RegExp): Locator {
    return this.dialog.getByRole('button', { name: title });
  }

  /** How it ended. */
  done(words: string): Locator {
    return this.dialog.getByRole('status').filter({ hasText: words });
  }

  get typed(): Locator {
    return this.dialog.getByRole('textbox');
  }
}
