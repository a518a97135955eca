import type { Metadata } from 'next';
import { QueryScope } from '../../components/shell/query-scope.tsx';
import { WatchPage } from '../../components/watch/watch-page.tsx';

export const metadata: Metadata = { title: 'Watch' };

export default function Page() {
  return (
    <QueryScope>
      <WatchPage />
    </QueryScope>
  );
}
