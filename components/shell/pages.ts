import {
  Activity,
  Boxes,
  Crown,
  Flag,
  FolderTree,
  Gauge,
  GitCompareArrows,
  Hourglass,
  KeyRound,
  LayoutDashboard,
  Lock,
  type LucideIcon,
  Milestone,
  Network,
  ScrollText,
  Shapes,
  SlidersHorizontal,
  Trash2,
  Waypoints,
} from 'lucide-react';

export interface PageEntry {
  readonly path: string;
  readonly title: string;
  /** The letter after g. */
  readonly letter: string;
  readonly icon: LucideIcon;
}

/** The pages there are, in the groups of the rail. A page is listed when it exists, not before. */
export const PAGE_GROUPS: readonly (readonly PageEntry[])[] = [
  [
    { path: '/', title: 'Overview', letter: 'o', icon: Gauge },
    { path: '/keys', title: 'Keys', letter: 'k', icon: FolderTree },
    { path: '/watch', title: 'Watch', letter: 'w', icon: Activity },
    {
      path: '/space',
      title: 'Space',
      letter: 'h',
      icon: LayoutDashboard,
    },
    {
      path: '/compare',
      title: 'Compare',
      letter: 'd',
      icon: GitCompareArrows,
    },
    { path: '/trash', title: 'Trash', letter: 't', icon: Trash2 },
  ],
  [
    { path: '/elections', title: 'Elections', letter: 'e', icon: Crown },
    { path: '/locks', title: 'Locks', letter: 'x', icon: Lock },
    {
      path: '/primitives',
      title: 'Primitives',
      letter: 'm',
      icon: Shapes,
    },
    { path: '/services', title: 'Services', letter: 'v', icon: Waypoints },
    { path: '/leases', title: 'Leases', letter: 'l', icon: Hourglass },
  ],
  [
    {
      path: '/config',
      title: 'Configuration',
      letter: 's',
      icon: SlidersHorizontal,
    },
    {
      path: '/rollouts',
      title: 'Rollouts',
      letter: 'p',
      icon: Milestone,
    },
    {
      path: '/flags',
      title: 'Flags',
      letter: 'f',
      icon: Flag,
    },
  ],
  [
    { path: '/stores', title: 'Stores', letter: 'b', icon: Boxes },
    {
      path: '/cluster',
      title: 'Cluster',
      letter: 'c',
      icon: Network,
    },
    {
      path: '/access',
      title: 'Access',
      letter: 'a',
      icon: KeyRound,
    },
    {
      path: '/audit',
      title: 'Audit',
      letter: 'u',
      icon: ScrollText,
    },
  ],
];

export const PAGES: readonly PageEntry[] = PAGE_GROUPS.flat();
