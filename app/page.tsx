import type { Metadata } from 'next';
import { OverviewPage } from '../components/overview/overview-page.tsx';
import { QueryScope } from '../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Overview' };

export default function Page() {
  return (
    <QueryScope>
      <OverviewPage />
    </QueryScope>
  );
}
