import type { Metadata } from 'next';
import { AuditPage } from '../../components/audit/audit-page.tsx';
import { QueryScope } from '../../components/shell/query-scope.tsx';

export const metadata: Metadata = { title: 'Audit' };

export default function Page() {
  return (
    <QueryScope>
      <AuditPage />
    </QueryScope>
  );
}
