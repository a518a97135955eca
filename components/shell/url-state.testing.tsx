/** An address for component tests: what Next does with `history` and useSearchParams, without Next. */
import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { SearchParamsContext } from 'next/dist/shared/lib/hooks-client-context.shared-runtime';
import { type ReactNode, useState } from 'react';

const NOWHERE = () => undefined;
const ROUTER: AppRouterInstance = {
  bfcacheId: '',
  back: NOWHERE,
  forward: NOWHERE,
  refresh: NOWHERE,
  push: NOWHERE,
  replace: NOWHERE,
  prefetch: NOWHERE,
};

/** Goes to `?search` and renders its children there; they see what they set. */
export function AddressForTests({ search = '', children }: { readonly search?: string; readonly children: ReactNode }) {
  const [params, setParams] = useState(() => {
    window.history.replaceState(null, '', search === '' ? '/' : `/?${search.replace(/^\?/, '')}`);
    const follow = (how: 'pushState' | 'replaceState'): void => {
      const plain = History.prototype[how];
      window.history[how] = (...args) => {
        plain.apply(window.history, args);
        setParams(new URLSearchParams(location.search));
      };
    };
    follow('pushState');
    follow('replaceState');
    return new URLSearchParams(location.search);
  });
  return (
    <AppRouterContext value={ROUTER}>
      <SearchParamsContext value={params}>{children}</SearchParamsContext>
    </AppRouterContext>
  );
}
