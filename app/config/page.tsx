import type { Metadata } from 'next';
import { ConfigPage } from '../../components/config/config-page.tsx';

export const metadata: Metadata = { title: 'Configuration' };

export default function Page() {
  return <ConfigPage />;
}
