'use client';

import { setBytesParam } from '../../lib/api/bytes-param.ts';
import { type ByteString, toByteString, utf8Encode } from '../../lib/base/bytes.ts';
import { parentFolder } from '../../lib/keys/key-tree.ts';
import { byteStringToWire, displayBytes, wireToByteString } from '../../lib/keys/wire-bytes.ts';
import { PrefixField } from '../history/prefix-field.tsx';
import { later } from '../shell/later.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { useBindings } from '../shell/use-bindings.ts';
import { useHref } from '../shell/use-href.ts';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { SkeletonRows } from '../ui/skeleton.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { Tooltip } from '../ui/tooltip.tsx';
import { useSpaceUrl } from './use-space-url.ts';

const loading = <SkeletonRows rows={10} />;
// The pictures and what they compute with come when they are looked at.
const SpacePanel = later(() => import('./space-panel.tsx').then((module) => module.SpacePanel), loading);
const HeatPanel = later(() => import('./heat-panel.tsx').then((module) => module.HeatPanel), loading);

const SLASH = toByteString(utf8Encode('/'));

/** Two pictures of the key index: what takes the room, and where it is written. */
export function SpacePage() {
  const url = useSpaceUrl();
  const href = useHref();
  const isTop = displayBytes(url.prefix) === '';
  const up = (): void => {
    if (!isTop) url.enter(byteStringToWire(parentFolder(wireToByteString(url.prefix), SLASH) as ByteString));
  };
  useBindings([
    { id: 'space.up', keys: 'u', title: 'Out to the folder above', group: 'Page', run: up },
    {
      id: 'space.measure',
      keys: 'm',
      title: 'Measure by keys or by bytes',
      group: 'Page',
      run: () => url.set({ by: url.by === 'keys' ? 'bytes' : 'keys' }),
    },
    {
      id: 'space.show',
      keys: 's',
      title: 'Treemap or write heatmap',
      group: 'Page',
      run: () => url.set({ show: url.show === 'treemap' ? 'heatmap' : 'treemap' }),
    },
  ]);
  const params = new URLSearchParams();
  if (!isTop) setBytesParam(params, 'prefix', url.prefix);
  return (
    <>
      <PageHeader title="Space" meta="Which keys take the room, and which are written">
        <div className="flex flex-wrap items-center gap-2">
          <PrefixField label="Below prefix" value={url.prefix} onChange={url.enter} />
          <Tooltip
            content={isTop ? 'This is the whole store: nothing is above it' : 'Out to the folder above'}
            shortcut="u"
          >
            <Button onClick={up} aria-disabled={isTop}>
              Up
            </Button>
          </Tooltip>
          <Button asChild>
            <Link href={href('/keys', params)}>Open in Keys</Link>
          </Button>
        </div>
      </PageHeader>
      <Tabs
        value={url.show}
        onValueChange={(show) => url.set({ show: show === 'heatmap' ? 'heatmap' : 'treemap' })}
        className="flex min-h-0 flex-1 flex-col bg-surface"
      >
        <TabsList aria-label="Picture" className="shrink-0 px-4">
          <TabsTrigger value="treemap">What takes the room?</TabsTrigger>
          <TabsTrigger value="heatmap">Where is it written, and when?</TabsTrigger>
        </TabsList>
        <TabsContent value="treemap" className="flex min-h-0 flex-1 flex-col">
          <SpacePanel isWanted url={url} />
        </TabsContent>
        <TabsContent value="heatmap" className="flex min-h-0 flex-1 flex-col">
          <HeatPanel isWanted url={url} />
        </TabsContent>
      </Tabs>
    </>
  );
}
