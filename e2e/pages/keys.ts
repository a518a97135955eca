/** The Keys page: the tree, the open key, its edit, and the two dialogs. */
import type { Locator, Page } from '@playwright/test';
import { setBytesParam } from '../../lib/api/bytes-param.ts';
import type { WireBytes } from '../../lib/api/types.ts';
import { Shell } from './shell.ts';

export class Keys {
  readonly page: Page;
  readonly tree: Locator;
  readonly createDialog: Locator;
  readonly deleteDialog: Locator;
  readonly review: Locator;
  readonly conflict: Locator;
  readonly messages: Locator;
  readonly editor: Locator;

  constructor(page: Page) {
    this.page = page;
    this.tree = page.getByRole('tree', { name: 'Keys' });
    this.createDialog = page.getByRole('dialog', { name: 'Create a key' });
    this.deleteDialog = page.getByRole('dialog', { name: /^Delete this/ });
    this.review = page.getByRole('region', { name: 'Review the change' });
    this.conflict = page.getByRole('region', { name: 'Conflict' });
    this.messages = page.getByRole('status');
    this.editor = page.getByRole('textbox', { name: 'New value' });
  }

  async open(): Promise<void> {
    await new Shell(this.page).open('/keys');
  }

  async openKey(key: string, revision?: number): Promise<void> {
    const query = new URLSearchParams({ key, ...(revision === undefined ? {} : { rev: String(revision) }) });
    await new Shell(this.page).open(`/keys?${query}`);
    await this.panel(key).waitFor();
  }

  /** A key of any bytes. */
  async openWire(key: WireBytes): Promise<void> {
    const query = new URLSearchParams();
    setBytesParam(query, 'key', key);
    await new Shell(this.page).open(`/keys?${query}`);
  }

  row(name: string): Locator {
    return this.tree.getByRole('treeitem').filter({ hasText: name });
  }

  panel(key: string): Locator {
    return this.page.getByRole('region', { name: `Key ${key}`, exact: true });
  }

  folderPanel(prefix: string): Locator {
    return this.page.getByRole('region', { name: `Folder ${prefix}`, exact: true });
  }

  value(key: string): Locator {
    return this.panel(key).getByRole('region', { name: 'Value', exact: true });
  }

  /** Opens the editor and replaces all of the value. */
  async write(key: string, value: string): Promise<void> {
    await this.panel(key).getByRole('button', { name: /^Edit/ }).click();
    await this.editor.fill(value);
  }

  async toReview(): Promise<void> {
    await this.page.getByRole('button', { name: 'Review change' }).click();
    await this.review.waitFor();
  }

  async save(): Promise<void> {
    await this.review.getByRole('button', { name: 'Save', exact: true }).click();
  }

  async undo(): Promise<void> {
    await this.messages.getByRole('button', { name: 'Undo' }).click();
  }
}
