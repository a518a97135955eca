import { cn } from './cn.ts';

const SYMBOLS: Readonly<Record<string, string>> = {
  Shift: '⇧',
  Alt: '⌥',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
};

const isApple = (): boolean => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** The presses of a binding as people read them: "$mod+k" → ["⌘K"] or ["Ctrl K"], "g o" → ["g", "o"]. */
function describeKeys(keys: string, apple = isApple()): readonly string[] {
  return keys.split(' ').map((press) => {
    const parts = press.split('+').filter((part) => part !== '');
    if (press.endsWith('+')) parts.push('+');
    const hasModifier = parts.length > 1;
    return parts
      .map((part) => {
        if (part === '$mod') return apple ? '⌘' : 'Ctrl ';
        return SYMBOLS[part] ?? (hasModifier && part.length === 1 ? part.toUpperCase() : part);
      })
      .join('');
  });
}

/** A key binding, drawn as keys. `keys` in tinykeys' grammar. */
export function Kbd({ keys, className }: { readonly keys: string; readonly className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-1', className)} suppressHydrationWarning>
      {describeKeys(keys).map((press, index) => (
        <kbd
          // biome-ignore lint/suspicious/noArrayIndexKey: the presses of a binding have no identity but their place
          key={index}
          className="inline-flex h-4 min-w-4 items-center justify-center rounded-mark border border-line-strong bg-inset px-1 font-sans text-[0.6875rem] text-fg-3 leading-none"
          suppressHydrationWarning
        >
          {press}
        </kbd>
      ))}
    </span>
  );
}
