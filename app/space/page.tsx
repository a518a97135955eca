import type { Metadata } from 'next';
import { SpacePage } from '../../components/space/space-page.tsx';

export const metadata: Metadata = { title: 'Space' };

export default function Page() {
  return <SpacePage />;
}
