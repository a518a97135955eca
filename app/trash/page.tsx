import type { Metadata } from 'next';
import { TrashPage } from '../../components/history/trash/trash-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Trash' };

export default function Page() {
  return (
    <QueryScope>
      <TrashPage />
    </QueryScope>
  );
}
