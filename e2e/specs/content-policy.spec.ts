import { expect, test } from '../fixtures/test.ts';
import { Keys } from '../pages/keys.ts';
import { Shell } from '../pages/shell.ts';

const PAGES = [
  ...[
    '/',
    '/keys',
    '/watch',
    '/compare',
    '/trash',
    '/space',
    '/elections',
    '/locks',
    '/primitives',
    '/services',
    '/leases',
  ],
  ...['/config', '/rollouts', '/flags', '/stores', '/cluster', '/access', '/audit', '/no-such-page'],
];

test('no page breaks its own content policy, idle, with the palette open, or while a value is edited', async ({
  page,
  guard,
  client,
  prefix,
}) => {
  test.slow();
  guard.allow(/status of 404/);
  await page.addInitScript(() => {
    const reports: string[] = [];
    Object.assign(window, { reports });
    document.addEventListener('securitypolicyviolation', (event) => {
      reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const reports = () => page.evaluate(() => Reflect.get(window, 'reports') as string[]);
  const shell = new Shell(page);
  for (const path of PAGES) {
    const response = await page.goto(path);
    expect(response?.headers()['content-security-policy'], path).toMatch(/script-src 'self' 'nonce-[^']+';/);
    await expect(shell.revisionBar.getByText('live', { exact: true }), path).toBeVisible();
    await expect(shell.heading, path).toBeVisible();
    await page.keyboard.press('ControlOrMeta+k');
    await expect(shell.palette, path).toBeVisible();
    expect(await reports(), path).toEqual([]);
  }
  const keys = new Keys(page);
  const key = `${prefix}server.json`;
  await client.put(key, '{"port":8080}');
  await keys.openKey(key);
  await keys.write(key, '{"port":9090}');
  await keys.toReview();
  expect(await reports(), 'the editor').toEqual([]);
});

test('an answer sends nobody elsewhere: no route redirects to where a parameter says', async ({ page, baseURL }) => {
  for (const path of [
    '/?next=',
    '/keys?redirect=',
    '/stores?store=',
    '//evil.example/',
    '/\\evil.example',
    '/keys?url=',
  ]) {
    const response = await page.request.get(`${baseURL}${path}https://evil.example/`, { maxRedirects: 0 });
    const location = response.headers().location ?? '';
    expect(new URL(location === '' ? '/' : location, baseURL).origin, path).toBe(baseURL);
  }
});
