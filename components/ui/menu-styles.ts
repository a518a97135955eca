/** Looks shared by every list that floats: dropdown, context menu, select. */
export const floatingList =
  'z-50 min-w-44 max-h-[var(--radix-popper-available-height)] overflow-y-auto animate-in rounded-panel border border-line-strong bg-raised p-1 text-body text-fg shadow-float';

export const floatingItem =
  'relative flex h-7 cursor-default select-none items-center gap-2 rounded-control px-2 text-fg outline-none data-[disabled]:pointer-events-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-fg-3';

export const floatingDanger = 'text-bad [&_svg]:text-bad';
export const floatingLabel = 'px-2 pt-1.5 pb-1 text-fg-3 text-meta';
export const floatingSeparator = '-mx-1 my-1 h-px bg-line';
