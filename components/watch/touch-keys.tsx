'use client';

import { useRouter } from 'next/navigation';
import { type MouseEvent, type PointerEvent, type ReactNode, useContext, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ChangeEvent } from '../../lib/api/types.ts';
import { displayBytes } from '../../lib/keys/wire-bytes.ts';
import type { WatchRow } from '../../lib/live/watch-list.ts';
import { KeyPeek } from '../keys/key-peek.tsx';
import { KeyName } from '../shell/key-name.tsx';
import { KeyMenu, LINK } from '../shell/links.tsx';
import { keyParams, type useHref } from '../shell/use-href.ts';
import type { RowSource } from '../ui/data-table.tsx';
import { HoverPanel, PEEK_TIMES } from '../ui/hover-card.tsx';
import { Menu, MenuContext } from '../ui/menu-trigger.tsx';
import { useHover } from '../ui/use-hover.ts';

interface TouchKeysProps {
  readonly rows: RowSource<WatchRow>;
  readonly children: ReactNode;
}

/**
 * One hover card, one menu and one way of a click for the keys of all rows: rows come and go thousands of times a second, and most are never
 * touched. What is shown stays with the change that was touched, whatever row takes its place.
 */
export function TouchKeys(props: TouchKeysProps) {
  return (
    <Menu>
      <Touched {...props} />
    </Menu>
  );
}

function Touched({ rows, children }: TouchKeysProps) {
  const router = useRouter();
  const menu = useContext(MenuContext);
  const hover = useHover(PEEK_TIMES);
  const [peeked, setPeeked] = useState<ChangeEvent | null>(null);
  const [chosen, setChosen] = useState<ChangeEvent | null>(null);

  const onPointerOver = (event: PointerEvent): void => {
    const link = linkAt(event.target);
    if (link === null || event.pointerType === 'touch' || link === linkAt(event.relatedTarget)) return;
    setPeeked(changeOf(link, rows));
    hover.openSoon(link);
  };
  const onPointerOut = (event: PointerEvent): void => {
    const link = linkAt(event.target);
    if (link !== null && link !== linkAt(event.relatedTarget)) hover.closeSoon();
  };
  const onContextMenu = (event: MouseEvent): void => {
    const link = linkAt(event.target);
    if (link === null) return;
    event.preventDefault();
    hover.close();
    flushSync(() => setChosen(changeOf(link, rows)));
    menu.open({ trigger: link, at: { x: event.clientX, y: event.clientY } });
  };
  const onClick = (event: MouseEvent): void => {
    const href = linkAt(event.target)?.getAttribute('href');
    const isForBrowser = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (href == null || event.defaultPrevented || isForBrowser) return;
    event.preventDefault();
    router.push(href);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the links inside bring their own keys, which end in these events
    // biome-ignore lint/a11y/noStaticElementInteractions: it is no part of its own, but listens for the links inside
    <div
      className="contents"
      onPointerOver={onPointerOver}
      onPointerOut={onPointerOut}
      onPointerDown={(event) => (linkAt(event.target) === null ? undefined : hover.close())}
      onContextMenu={onContextMenu}
      onClick={onClick}
      onFocus={(event) => {
        const link = linkAt(event.target);
        // Only the focus of the keyboard: a press focuses too, and has its own answer.
        if (link === null || !link.matches(':focus-visible')) return;
        setPeeked(changeOf(link, rows));
        hover.openNow(link);
      }}
      onBlur={(event) => (linkAt(event.target) === null ? undefined : hover.close())}
    >
      {children}
      {hover.anchor === null || peeked === null ? null : (
        <HoverPanel anchor={hover.anchor} {...hover.floating}>
          <KeyPeek wire={peeked.key} rev={peeked.revision} />
        </HoverPanel>
      )}
      {chosen === null ? null : <KeyMenu value={chosen.key} rev={chosen.revision} />}
    </div>
  );
}

interface KeyTextProps {
  readonly seq: number;
  readonly event: ChangeEvent;
  readonly href: ReturnType<typeof useHref>;
}

/** The key of a change, as a link. */
export function KeyText({ seq, event, href }: KeyTextProps) {
  const shown = displayBytes(event.key);
  return (
    <a
      data-seq={seq}
      href={href('/keys', keyParams(event.key, event.revision))}
      title={shown}
      aria-label={shown}
      className={`inline-block max-w-full align-bottom ${LINK}`}
    >
      <KeyName text={shown} />
    </a>
  );
}

const linkAt = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('a[data-seq]') : null;

/** Rows are newest first. */
function changeOf(link: HTMLElement, rows: RowSource<WatchRow>): ChangeEvent | null {
  const seq = Number(link.dataset.seq);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows.at(middle)?.row.seq ?? 0) > seq) low = middle + 1;
    else high = middle;
  }
  const row = rows.at(low)?.row;
  return row?.seq === seq && row.kind === 'change' ? row.event : null;
}
