'use client';

import { useEffect } from 'react';
import { PageHeader } from '../components/shell/page-header.tsx';
import { ErrorState } from '../components/ui/error-state.tsx';
import { errorText } from '../lib/base/error-text.ts';

export default function PageError({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  useEffect(() => {
    console.error(error);
  }, [error]);
  const message = errorText(error);
  return (
    <>
      <PageHeader title="This page failed" />
      <ErrorState title={message} code="page error" onRetry={retry}>
        The rest of the console still works. If it fails again, reload the page; the browser's console holds the
        details.
      </ErrorState>
    </>
  );
}
