'use client';

import { QueryScope } from '../../shell/query-scope.tsx';
import { FindList, type FindListProps } from './find-list.tsx';
import { SearchList, type SearchListProps } from './search-list.tsx';

/** What was found, in place of the tree. */
export const FoundKeys = (props: FindListProps) => (
  <QueryScope>
    <FindList {...props} />
  </QueryScope>
);

export const SearchedKeys = (props: SearchListProps) => (
  <QueryScope>
    <SearchList {...props} />
  </QueryScope>
);
