/** For `fill="url(#id)"`: where nothing is known, as `hatched` shows it outside of drawings. */
export function HatchPattern({ id }: { readonly id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="5" className="stroke-fg-3" strokeOpacity="0.5" strokeWidth="1" />
      </pattern>
    </defs>
  );
}
