/** Who is here: the page that asks, and the menu that tells. */
import type { Locator, Page } from '@playwright/test';

export class Access {
  readonly page: Page;
  readonly user: Locator;
  readonly password: Locator;
  readonly menu: Locator;

  constructor(page: Page) {
    this.page = page;
    this.user = page.getByRole('textbox', { name: 'User' });
    this.password = page.getByLabel('Password');
    this.menu = page.getByRole('button', { name: /^Signed in as / });
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.user.fill(user);
    await this.password.fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async signOut(): Promise<void> {
    await this.menu.click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await this.user.waitFor();
  }
}
