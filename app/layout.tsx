import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import { type ReactNode, Suspense } from 'react';
import { AppShell } from '../components/shell/app-shell.tsx';
import { parseTheme, THEME_COOKIE } from '../components/shell/theme.ts';
import type { StoreSummary } from '../lib/api/types.ts';
import { currentConsole } from '../server/console/current.ts';
import { ConsoleError } from '../server/console/errors.ts';
import { SESSION_COOKIE } from '../server/console/http/cookie.ts';
import './globals.css';
import { Providers } from './providers.tsx';

export const metadata: Metadata = {
  title: { template: '%s · Quorate', default: 'Quorate' },
  description: 'The console for coordination stores',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

/** Sent along with the page, which saves the browser a question; null where only the page's server runs. */
function storesOfConsole(token: string | null): readonly StoreSummary[] | null {
  try {
    return currentConsole().stores(token);
  } catch (cause) {
    if (cause instanceof ConsoleError) return null;
    throw cause;
  }
}

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const jar = await cookies();
  const theme = parseTheme(jar.get(THEME_COOKIE)?.value);
  const token = jar.get(SESSION_COOKIE)?.value ?? null;
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <Providers stores={storesOfConsole(token)}>
          <Suspense>
            <AppShell>{children}</AppShell>
          </Suspense>
        </Providers>
      </body>
    </html>
  );
}
