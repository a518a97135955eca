'use client';

import './globals.css';
import { errorText } from '../lib/base/error-text.ts';

/** The frame itself failed, so nothing of it may be used here. */
export default function GlobalError({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  return (
    <html lang="en">
      <body className="p-6">
        <h1 className="text-title">The console failed</h1>
        <p className="mt-2">{errorText(error)}</p>
        <button type="button" className="mt-4 rounded-control border border-line-strong px-3 py-1" onClick={retry}>
          Try again
        </button>
      </body>
    </html>
  );
}
