'use client';

import { later } from '../../shell/later.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { CodeMirrorProps } from './code-mirror.tsx';

const CodeMirror = later(
  () => import('./code-mirror.tsx').then((module) => module.CodeMirror),
  <div aria-busy="true" className="flex flex-col gap-2.5 p-3">
    <Skeleton className="w-1/3" />
    <Skeleton className="w-2/3" />
    <Skeleton className="w-1/2" />
  </div>,
);

/** CodeMirror, fetched with the first value that is shown: the tree never waits for it. */
export const CodeEditor = (props: CodeMirrorProps) => <CodeMirror isWanted {...props} />;
