'use client';

import { useMemo } from 'react';
import type { WireBytes } from '../../lib/api/types.ts';

/** The same object as long as the bytes are the same: an answer that came again is another object and the same value. */
export function useSameValue(value: WireBytes): WireBytes;
export function useSameValue(value: WireBytes | null): WireBytes | null;
export function useSameValue(value: WireBytes | null): WireBytes | null {
  const base64 = value === null || typeof value === 'string' ? null : value.base64;
  const bytes = useMemo(() => (base64 === null ? null : { base64 }), [base64]);
  return bytes ?? value;
}
