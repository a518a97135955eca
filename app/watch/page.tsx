import type { Metadata } from 'next';
import { WatchPage } from '../../components/watch/watch-page.tsx';

export const metadata: Metadata = { title: 'Watch' };

export default function Page() {
  return <WatchPage />;
}
