'use client';

import { Pause, Play } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { REPLAY_SPEEDS, type ReplaySpeed } from '../../lib/live/replay.ts';
import { IconButton } from '../ui/button.tsx';
import { Select } from '../ui/select.tsx';
import { toasts } from '../ui/toast-store.ts';
import { useBindings } from './use-bindings.ts';
import { usePinnedRevision } from './use-pinned-revision.ts';
import { useReplay, useReplayState } from './use-replay.ts';

/** How often the address follows the replay: pages that only read follow at this pace, tree and stream at their own. */
const FOLLOW_MS = 500;

const SPEEDS = REPLAY_SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }));

/** Plays the past forward from the pinned revision; at the present it is live again. */
export function ReplayControls({ isUsable }: { readonly isUsable: boolean }) {
  const replay = useReplay();
  const { phase, speed, error } = useReplayState();
  const { rev } = usePinnedRevision();
  useFollow();
  useEffect(() => {
    if (error !== null) toasts.add({ tone: 'bad', text: `The replay stopped: ${error}` });
  }, [error]);
  const isPlaying = phase === 'playing';
  const toggle = (): void => {
    if (isPlaying) replay.pause();
    else if (phase === 'off') {
      if (rev !== null) replay.start(Number(rev));
    } else replay.resume();
  };
  useBindings([
    {
      id: 'time.play',
      keys: 'Shift+P',
      title: 'Play on from the pinned revision, or pause',
      group: 'Time',
      run: toggle,
    },
  ]);
  const label = isPlaying
    ? 'Pause the replay'
    : rev === null
      ? 'Replay: choose a revision to play on from'
      : 'Replay from here';
  return (
    <>
      <IconButton
        size="small"
        label={label}
        shortcut="Shift+P"
        aria-pressed={isPlaying}
        onClick={toggle}
        disabled={!isUsable || rev === null}
      >
        {isPlaying ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
      </IconButton>
      <Select
        label="Speed of the replay"
        value={String(speed)}
        options={SPEEDS}
        onValueChange={(next) => replay.setSpeed(Number(next) as ReplaySpeed)}
        className="mono h-6! max-narrow:hidden"
      />
    </>
  );
}

/** Keeps address and replay together: the address follows what is played, and whoever goes elsewhere ends it. */
function useFollow(): void {
  const replay = useReplay();
  const { rev, pin, unpin } = usePinnedRevision();
  const pinned = useRef<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const follow = (): void => {
      timer = null;
      const { phase, revision } = replay.state.get();
      if (phase === 'off') return;
      if (phase === 'ended') {
        replay.stop();
        unpin();
        return;
      }
      pinned.current = String(revision);
      pin(pinned.current, 'replace');
    };
    const stop = replay.state.subscribe(() => {
      const { phase } = replay.state.get();
      if (phase === 'playing') timer ??= setTimeout(follow, FOLLOW_MS);
      else if (timer !== null) {
        clearTimeout(timer);
        follow();
      } else follow();
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [replay, pin, unpin]);
  useEffect(() => {
    const { phase, revision } = replay.state.get();
    if (phase !== 'off' && rev !== pinned.current && rev !== String(revision)) replay.stop();
  }, [replay, rev]);
}
