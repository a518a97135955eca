import type { Metadata } from 'next';
import { QueryScope } from '../../components/shell/query-scope.tsx';
import { StoresPage } from '../../components/stores/stores-page.tsx';

export const metadata: Metadata = { title: 'Stores' };

export default function Page() {
  return (
    <QueryScope>
      <StoresPage />
    </QueryScope>
  );
}
