import type { Metadata } from 'next';
import { ElectionsPage } from '../../components/elections/elections-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Elections' };

export default function Page() {
  return (
    <QueryScope>
      <ElectionsPage />
    </QueryScope>
  );
}
