/** Colours that operators may give to their stores. Each is drawn as a swatch beside the store's name, never alone. */
export const STORE_COLOURS = ['red', 'orange', 'green', 'teal', 'blue', 'violet', 'pink', 'grey'] as const;

export type StoreColour = (typeof STORE_COLOURS)[number];
