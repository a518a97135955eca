/** The product's row height in px at the default font size; the --row token says the same to CSS. */
export const ROW_PX = 24;
