import type { Metadata } from 'next';
import { AccessPage } from '../../components/access/access-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Access' };

export default function Page() {
  return (
    <QueryScope>
      <AccessPage />
    </QueryScope>
  );
}
