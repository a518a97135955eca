import type { Metadata } from 'next';
import { PrimitivesPage } from '../../components/primitives/primitives-page.tsx';

export const metadata: Metadata = { title: 'Primitives' };

export default function Page() {
  return <PrimitivesPage />;
}
