'use client';

import { PageHeader } from '../shell/page-header.tsx';

export function WatchPage() {
  return <PageHeader title="Watch" />;
}
