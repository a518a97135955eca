import type { Metadata } from 'next';
import { ConfigPage } from '../../components/config/config-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Configuration' };

export default function Page() {
  return (
    <QueryScope>
      <ConfigPage />
    </QueryScope>
  );
}
