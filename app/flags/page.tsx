import type { Metadata } from 'next';
import { FlagsPage } from '../../components/flags/flags-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Flags' };

export default function Page() {
  return (
    <QueryScope>
      <FlagsPage />
    </QueryScope>
  );
}
