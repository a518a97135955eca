/** Tells passwords apart without keeping them: good for as long as this process runs, worth nothing elsewhere. */
import { createHmac, randomBytes } from 'node:crypto';

const KEY = randomBytes(32);

export const fingerprintOf = (password: string): string => createHmac('sha256', KEY).update(password).digest('base64');
