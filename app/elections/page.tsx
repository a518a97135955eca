import type { Metadata } from 'next';
import { ElectionsPage } from '../../components/elections/elections-page.tsx';

export const metadata: Metadata = { title: 'Elections' };

export default function Page() {
  return <ElectionsPage />;
}
