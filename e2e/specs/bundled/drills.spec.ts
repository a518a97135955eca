import { expectAccessible } from '../../fixtures/axe.ts';
import { expect, test } from '../../fixtures/test.ts';
import { Shell } from '../../pages/shell.ts';

const DRILLS = [
  { choice: 'Pause', sentence: 'is paused', title: /^Pause m\d for 60 s$/ },
  { choice: 'Kill', sentence: 'is killed', title: /^Kill m\d for 60 s$/ },
  { choice: 'Cut off', sentence: 'is cut off from its peers', title: /^Cut m\d off for 60 s$/ },
  { choice: 'Slow disk', sentence: 'has a slow disk', title: /^Slow the disk of m\d by 500 ms for 60 s$/ },
];

for (const { choice, sentence, title } of DRILLS) {
  test(`a drill from the screen: ${choice}, with its plan, its countdown and the way to end it`, async ({ page }) => {
    const shell = new Shell(page);
    await shell.open('/cluster');
    await expect(shell.sentence, 'all is well at first').toContainText('3 of 3 members', { timeout: 30_000 });
    const follower = await page
      .getByRole('region', { name: /^Member m\d$/ })
      .filter({ hasText: 'follower' })
      .first()
      .getByRole('heading')
      .textContent();
    await page.getByRole('button', { name: `What can be done to ${follower}` }).click();
    await page.getByRole('menuitem', { name: 'Drill…' }).click();
    await page.getByRole('radio', { name: new RegExp(`^${choice}`) }).check();
    await page.getByRole('combobox', { name: 'For how long' }).selectOption('60 seconds');
    await page.getByRole('button', { name: 'Show what it does' }).click();
    const dialog = page.getByRole('dialog', { name: title });
    await expect(dialog.getByText('It heals by itself after 60 s')).toBeVisible();
    await dialog.getByRole('textbox').fill(follower ?? '');
    await dialog.getByRole('button', { name: title }).click();
    await expect(dialog.getByRole('status').filter({ hasText: `The drill on ${follower} runs` })).toBeVisible();
    await page.keyboard.press('Escape');
    const banner = page.getByRole('region', { name: 'Drills under way' });
    await expect(banner).toContainText(`${follower} ${sentence}`);
    await expect(banner).toContainText(/It heals by itself in \d+ s/);
    await expectAccessible(page, `a drill under way (${choice})`);
    await banner.getByRole('button', { name: 'Heal now' }).click();
    await expect(banner, 'the drill is over').toBeHidden();
    await expect(shell.sentence, 'the member is back').toContainText('3 of 3 members', { timeout: 30_000 });
  });
}

test('members over time are read at one moment in all lanes, and as a table', async ({ page }) => {
  await new Shell(page).open('/cluster');
  const panel = page.getByRole('region', { name: 'How did each member do?' });
  await expect(panel.getByText('Entries behind')).toHaveCount(3, { timeout: 30_000 });
  await panel.getByText('Answers in').first().hover();
  await expect(panel.getByText(/^at \d\d:\d\d:\d\d$/), 'the moment the pointer stands at').toBeVisible();
  await panel.getByRole('button', { name: 'Show members as table' }).click();
  await expect(panel.getByRole('row', { name: /^m2 Database/ })).toBeVisible();
});

test('why the present leader leads stands below who led', async ({ page }) => {
  await new Shell(page).open('/');
  const why = page.getByRole('region', { name: 'Why the leader changed' });
  await expect(why.getByRole('heading', { name: /^Why m\d leads in term \d/ })).toBeVisible({ timeout: 30_000 });
  await expect(why.getByText(/^(known|likely|unknown)$/)).toBeVisible();
});
