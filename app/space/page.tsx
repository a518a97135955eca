import type { Metadata } from 'next';
import { QueryScope } from '../../components/shell/query-scope.tsx';
import { SpacePage } from '../../components/space/space-page.tsx';

export const metadata: Metadata = { title: 'Space' };

export default function Page() {
  return (
    <QueryScope>
      <SpacePage />
    </QueryScope>
  );
}
