import type { Metadata } from 'next';
import { PrimitivesPage } from '../../components/primitives/primitives-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Primitives' };

export default function Page() {
  return (
    <QueryScope>
      <PrimitivesPage />
    </QueryScope>
  );
}
