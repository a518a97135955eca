'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { Stores } from '../components/shell/stores.ts';
import { StoresContext } from '../components/shell/use-store.ts';
import type { StoreSummary } from '../lib/api/types.ts';

export interface ProvidersProps {
  /** What the server knows already. */
  readonly stores: readonly StoreSummary[] | null;
  readonly children: ReactNode;
}

export function Providers({ stores, children }: ProvidersProps) {
  const [model] = useState(() => new Stores(stores));
  useEffect(() => model.open(), [model]);
  return <StoresContext value={model}>{children}</StoresContext>;
}
