'use client';

import { PageHeader } from '../shell/page-header.tsx';

export function OverviewPage() {
  return <PageHeader title="Overview" />;
}
