'use client';

import { createContext, type KeyboardEvent, type ReactNode, useContext, useId } from 'react';
import { cn } from './cn.ts';

interface TabsState {
  readonly id: string;
  readonly value: string;
  readonly onValueChange: (value: string) => void;
}

const TabsContext = createContext<TabsState>({ id: '', value: '', onValueChange: () => {} });

export interface TabsProps {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Tabs({ value, onValueChange, className, children }: TabsProps) {
  const id = useId();
  return (
    <TabsContext value={{ id, value, onValueChange }}>
      <div className={className}>{children}</div>
    </TabsContext>
  );
}

/** Where the arrows lead from tab `at` of `count`; null: nowhere. */
function moved(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at - 1 + count) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

export function TabsList({ className, children }: { readonly className?: string; readonly children: ReactNode }) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
    const to = moved(event.key, tabs.indexOf(event.target as HTMLElement), tabs.length);
    if (to === null) return;
    event.preventDefault();
    tabs[to]?.focus();
    tabs[to]?.click();
  };
  return (
    <div role="tablist" onKeyDown={onKeyDown} className={cn('flex h-9 items-stretch gap-4 border-b px-3', className)}>
      {children}
    </div>
  );
}

export function TabsTrigger({ value, children }: { readonly value: string; readonly children: ReactNode }) {
  const tabs = useContext(TabsContext);
  const isActive = tabs.value === value;
  return (
    <button
      type="button"
      role="tab"
      id={`${tabs.id}-tab-${value}`}
      aria-selected={isActive}
      aria-controls={isActive ? `${tabs.id}-panel-${value}` : undefined}
      tabIndex={isActive ? 0 : -1}
      onClick={() => tabs.onValueChange(value)}
      className={cn(
        '-mb-px inline-flex items-center gap-1.5 border-b-2 text-body',
        isActive ? 'border-accent font-medium text-fg' : 'border-transparent text-fg-2 hover:text-fg',
      )}
    >
      {children}
    </button>
  );
}

export interface TabsContentProps {
  readonly value: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function TabsContent({ value, className, children }: TabsContentProps) {
  const tabs = useContext(TabsContext);
  if (tabs.value !== value) return null;
  return (
    <div
      role="tabpanel"
      id={`${tabs.id}-panel-${value}`}
      aria-labelledby={`${tabs.id}-tab-${value}`}
      className={className}
    >
      {children}
    </div>
  );
}
