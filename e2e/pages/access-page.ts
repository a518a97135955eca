/** The page on users, roles and permissions. */
import type { Locator, Page } from '@playwright/test';

export class AccessPage {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
  }

  role(name: string): Locator {
    return this.page.getByRole('listitem', { name: `Role ${name}`, exact: true });
  }

  user(name: string): Locator {
    return this.page.getByRole('listitem', { name: `User ${name}`, exact: true });
  }

  /** From the form to the dry run. */
  async plan(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Show what it does' }).click();
    await this.dialog.getByRole('button', { name: 'Copy as' }).waitFor();
  }

  /** Means it, where something is to be typed for that, and does it. */
  async run(title: string, confirm: string | null = null): Promise<void> {
    if (confirm !== null) await this.dialog.getByLabel(`Type ${confirm} to mean it`).fill(confirm);
    await this.dialog.getByRole('button', { name: title }).click();
  }

  async close(): Promise<void> {
    await this.dialog.getByText('Done', { exact: true }).waitFor();
    await this.dialog.getByRole('button', { name: 'Close' }).first().click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  async addRole(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add role' }).click();
    await this.dialog.getByLabel('Role').fill(name);
    await this.plan();
    await this.run(`Add the role ${name}`);
    await this.close();
  }

  async typePassword(password: string): Promise<void> {
    await this.dialog.getByLabel('Password').fill(password);
    await this.dialog.getByLabel('Again').fill(password);
  }

  async addUser(name: string, password: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add user' }).click();
    await this.dialog.getByLabel('User', { exact: true }).fill(name);
    await this.typePassword(password);
    await this.plan();
    await this.run(`Add the user ${name}`);
    await this.close();
  }
}
