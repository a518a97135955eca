import { PageHeader } from '../components/shell/page-header.tsx';
import { Kbd } from '../components/ui/kbd.tsx';
import { Link } from '../components/ui/link.tsx';

export default function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <p className="p-4">
        There is no such page.{' '}
        <Link href="/" className="text-accent underline">
          Go to the overview
        </Link>
        , or press <Kbd keys="g o" />.
      </p>
    </>
  );
}
