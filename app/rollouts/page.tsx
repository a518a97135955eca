import type { Metadata } from 'next';
import { RolloutsPage } from '../../components/rollouts/rollouts-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Rollouts' };

export default function Page() {
  return (
    <QueryScope>
      <RolloutsPage />
    </QueryScope>
  );
}
