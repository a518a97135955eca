import type { Metadata } from 'next';
import { ComparePage } from '../../components/history/compare/compare-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Compare' };

export default function Page() {
  return (
    <QueryScope>
      <ComparePage />
    </QueryScope>
  );
}
