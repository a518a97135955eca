import type { Metadata } from 'next';
import { LeasesPage } from '../../components/leases/leases-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Leases' };

export default function Page() {
  return (
    <QueryScope>
      <LeasesPage />
    </QueryScope>
  );
}
