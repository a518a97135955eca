import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from './cn.ts';
import { slotted } from './slot.ts';
import { Tooltip } from './tooltip.tsx';

const button = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors duration-[120ms] disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        /** The one main act of a view. */
        primary: 'border-transparent bg-accent-fill text-on-fill hover:bg-accent-fill-hover',
        /** Everything else. */
        secondary: 'border-line-strong bg-raised text-fg hover:bg-hover aria-pressed:bg-selected',
        /** In toolbars and rows. */
        ghost:
          'border-transparent bg-transparent text-fg-2 hover:bg-hover hover:text-fg aria-pressed:bg-selected aria-pressed:text-fg data-[state=open]:bg-hover',
        /** Only for the deliberate act that destroys something. */
        danger: 'border-transparent bg-bad-fill text-on-fill hover:bg-bad-fill-hover',
      },
      size: {
        small: 'h-6 px-2 text-meta',
        medium: 'h-7 px-2.5 text-body',
        icon: 'size-7 p-0 text-body',
        iconSmall: 'size-6 p-0 text-body',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'medium' },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof button> {
  /** Renders the only child (a link, say) with the looks of a button. */
  readonly asChild?: boolean;
}

export function Button({ className, variant, size, asChild = false, type = 'button', ...props }: ButtonProps) {
  const looks = cn(button({ variant, size }), className);
  if (!asChild) return <button type={type} className={looks} {...props} />;
  const { children, ...rest } = props;
  return slotted(children, { className: looks, ...rest });
}

export interface IconButtonProps extends Omit<ButtonProps, 'size' | 'aria-label' | 'children'> {
  /** Names the button for screen readers and in its tooltip. */
  readonly label: string;
  /** Shown in the tooltip, e.g. "t". */
  readonly shortcut?: string;
  readonly size?: 'small' | 'medium';
  readonly children: ReactNode;
}

/** A button with an icon only; its name is always one hover or focus away. */
export function IconButton({ label, shortcut, size = 'medium', variant = 'ghost', ...props }: IconButtonProps) {
  return (
    <Tooltip content={label} {...(shortcut === undefined ? {} : { shortcut })}>
      <Button aria-label={label} variant={variant} size={size === 'small' ? 'iconSmall' : 'icon'} {...props} />
    </Tooltip>
  );
}
