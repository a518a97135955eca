import type { Metadata } from 'next';
import { ClusterPage } from '../../components/cluster/cluster-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Cluster' };

export default function Page() {
  return (
    <QueryScope>
      <ClusterPage />
    </QueryScope>
  );
}
