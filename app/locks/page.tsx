import type { Metadata } from 'next';
import { LocksPage } from '../../components/locks/locks-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Locks' };

export default function Page() {
  return (
    <QueryScope>
      <LocksPage />
    </QueryScope>
  );
}
