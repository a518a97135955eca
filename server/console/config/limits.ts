/** As long as a client may hold a long poll. */
export const WAIT_SECONDS_MAX = 90;
