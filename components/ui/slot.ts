import { cloneElement, type ReactElement, type ReactNode, type Ref } from 'react';
import { cn } from './cn.ts';

type Props = Readonly<Record<string, unknown>>;
type Handler = (...args: readonly unknown[]) => void;

const isHandler = (name: string, value: unknown): value is Handler =>
  /^on[A-Z]/.test(name) && typeof value === 'function';

/** Both get the element. */
function bothRefs<T>(one: Ref<T> | undefined, other: Ref<T> | undefined): Ref<T> | undefined {
  if (one == null || other == null) return one ?? other;
  const set = (ref: Ref<T>, value: T | null): void => {
    if (typeof ref === 'function') ref(value);
    else if (ref !== null) ref.current = value;
  };
  return (value: T | null) => {
    set(one, value);
    set(other, value);
  };
}

/**
 * Gives `props` to the one element `child`: handlers of both run, the child's first; classes add up; otherwise the child's own
 * props win. So a trigger needs no element of its own around what it makes a trigger of.
 */
export function slotted(child: ReactNode, props: Props): ReactElement {
  const element = child as ReactElement<Props>;
  const own = element.props;
  const merged: Record<string, unknown> = { ...props, ...own };
  for (const [name, given] of Object.entries(props)) {
    const before = own[name];
    if (isHandler(name, given) && isHandler(name, before)) {
      merged[name] = (...args: readonly unknown[]) => {
        before(...args);
        given(...args);
      };
    } else if (name === 'className') merged[name] = cn(given as string, before as string | undefined);
    else if (name === 'ref') merged[name] = bothRefs(given as Ref<unknown>, before as Ref<unknown> | undefined);
  }
  return cloneElement(element, merged);
}
