'use client';

import type { ReactNode } from 'react';
import { Splitter } from './splitter.tsx';

export interface MasterDetailProps {
  /** Share of the list in percent, at first sight. */
  readonly initial?: number;
  /** Of what the list is: names the splitter, and keeps its place. */
  readonly title: string;
  readonly list: ReactNode;
  /** Null: nothing is chosen, the list has all the room. On narrow screens what is chosen takes its place. */
  readonly detail: ReactNode | null;
}

/** A list, and what is chosen of it beside. */
export function MasterDetail({ title, list, detail, initial = 46 }: MasterDetailProps) {
  const first = <div className="flex min-h-0 flex-1 flex-col bg-surface">{list}</div>;
  const name = title.toLowerCase();
  return (
    <Splitter
      label={`Resize the list of ${name}`}
      storageKey={name}
      initial={initial}
      className="max-wide:[&>:first-child]:hidden max-wide:[&>hr]:hidden"
      first={first}
      second={detail}
    />
  );
}
