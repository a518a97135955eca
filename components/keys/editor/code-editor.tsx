'use client';

import dynamic from 'next/dynamic';
import { Skeleton } from '../../ui/skeleton.tsx';

/** CodeMirror, fetched with the first value that is shown: the tree never waits for it. */
export const CodeEditor = dynamic(() => import('./code-mirror.tsx'), {
  ssr: false,
  loading: () => (
    <div aria-busy="true" className="flex flex-col gap-2.5 p-3">
      <Skeleton className="w-1/3" />
      <Skeleton className="w-2/3" />
      <Skeleton className="w-1/2" />
    </div>
  ),
});
