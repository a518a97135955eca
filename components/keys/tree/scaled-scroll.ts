/**
 * Scrolling beyond the height a browser can give an element (33.5 M px in Chromium, 17.9 M px in Firefox).
 *
 * The spacer is capped; two positions are kept: `physical` (what the element says) and `virtual` (where we are in the
 * list). Small steps move both alike, so wheel and keys feel exact; a jump of the thumb maps in proportion; both ends
 * always meet. `rest` says where the thumb belongs once scrolling pauses, so that small steps can never run out of room.
 */

/** Well below every browser's limit; 333,333 rows of 24 px are still one to one. */
export const SPACER_PX_MAX = 8_000_000;
/** A larger step than this many viewports is a jump of the thumb, not a wheel. */
const JUMP_VIEWPORTS = 4;

export class ScaledScroll {
  virtual = 0;
  physical = 0;
  private contentPx = 0;
  private viewportPx = 0;

  /** Height to give the spacer. */
  get spacerPx(): number {
    return Math.min(this.contentPx, SPACER_PX_MAX);
  }

  private get virtualMax(): number {
    return Math.max(0, this.contentPx - this.viewportPx);
  }

  private get physicalMax(): number {
    return Math.max(0, this.spacerPx - this.viewportPx);
  }

  private get isScaled(): boolean {
    return this.contentPx > SPACER_PX_MAX;
  }

  resize(contentPx: number, viewportPx: number): void {
    this.contentPx = contentPx;
    this.viewportPx = viewportPx;
    this.virtual = Math.min(this.virtual, this.virtualMax);
  }

  /** The element scrolled to `physical`. */
  scrolled(physical: number): void {
    const step = physical - this.physical;
    this.physical = physical;
    if (!this.isScaled) this.virtual = Math.min(physical, this.virtualMax);
    else if (physical <= 0) this.virtual = 0;
    else if (physical >= this.physicalMax) this.virtual = this.virtualMax;
    else if (Math.abs(step) > JUMP_VIEWPORTS * this.viewportPx) {
      this.virtual = (physical / this.physicalMax) * this.virtualMax;
    } else this.virtual = clamp(this.virtual + step, this.virtualMax);
  }

  /** Moves to `virtual`; returns the scrollTop to set. */
  moveTo(virtual: number): number {
    this.virtual = clamp(virtual, this.virtualMax);
    this.physical = this.rest();
    return this.physical;
  }

  /** Where the thumb stands for the present position. */
  rest(): number {
    if (!this.isScaled) return this.virtual;
    return this.virtualMax === 0 ? 0 : (this.virtual / this.virtualMax) * this.physicalMax;
  }

  /** Top of a row inside the spacer, as the eye must see it now. */
  rowTop(row: number, rowPx: number): number {
    return this.isScaled ? row * rowPx - this.virtual + this.physical : row * rowPx;
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(value, max));
}
