import type { Metadata } from 'next';
import { ServicesPage } from '../../components/services/services-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Services' };

export default function Page() {
  return (
    <QueryScope>
      <ServicesPage />
    </QueryScope>
  );
}
