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
  /** What it is for, in the palette. */
  readonly purpose: string;
}

/** The pages there are, in the groups of the rail. A page is listed when it exists, not before. */
export const PAGE_GROUPS: readonly (readonly PageEntry[])[] = [
  [
    { path: '/', title: 'Overview', letter: 'o', icon: Gauge, purpose: 'Members, leader, what is at risk' },
    { path: '/keys', title: 'Keys', letter: 'k', icon: FolderTree, purpose: 'Browse and edit keys, see their history' },
    { path: '/watch', title: 'Watch', letter: 'w', icon: Activity, purpose: 'Changes as they happen' },
    {
      path: '/space',
      title: 'Space',
      letter: 'h',
      icon: LayoutDashboard,
      purpose: 'What takes the room, what is written',
    },
    {
      path: '/compare',
      title: 'Compare',
      letter: 'd',
      icon: GitCompareArrows,
      purpose: 'Two revisions, and the way back',
    },
    { path: '/trash', title: 'Trash', letter: 't', icon: Trash2, purpose: 'What was deleted, and how it comes back' },
  ],
  [
    { path: '/elections', title: 'Elections', letter: 'e', icon: Crown, purpose: 'Who leads, since when, who follows' },
    { path: '/locks', title: 'Locks', letter: 'x', icon: Lock, purpose: 'Who holds, who waits, and for how long' },
    {
      path: '/primitives',
      title: 'Primitives',
      letter: 'm',
      icon: Shapes,
      purpose: 'Semaphores, barriers, queues, counters, groups',
    },
    { path: '/services', title: 'Services', letter: 'v', icon: Waypoints, purpose: 'Who is registered, and who went' },
    { path: '/leases', title: 'Leases', letter: 'l', icon: Hourglass, purpose: 'What disappears when a client dies' },
  ],
  [
    {
      path: '/config',
      title: 'Configuration',
      letter: 's',
      icon: SlidersHorizontal,
      purpose: 'Settings: what is live, draft and canary in each layer',
    },
    {
      path: '/rollouts',
      title: 'Rollouts',
      letter: 'p',
      icon: Milestone,
      purpose: 'Changes under way, and who runs them',
    },
    {
      path: '/flags',
      title: 'Flags',
      letter: 'f',
      icon: Flag,
      purpose: 'Feature flags, and why they evaluate as they do',
    },
  ],
  [
    { path: '/stores', title: 'Stores', letter: 'b', icon: Boxes, purpose: 'How each store of this console is' },
    {
      path: '/cluster',
      title: 'Cluster',
      letter: 'c',
      icon: Network,
      purpose: 'Members and what can be done to them, history, snapshots',
    },
    {
      path: '/access',
      title: 'Access',
      letter: 'a',
      icon: KeyRound,
      purpose: 'Users, roles and permissions: who may read and write what',
    },
    {
      path: '/audit',
      title: 'Audit',
      letter: 'u',
      icon: ScrollText,
      purpose: 'Who changed what through this console, and how it ended',
    },
  ],
];

export const PAGES: readonly PageEntry[] = PAGE_GROUPS.flat();
