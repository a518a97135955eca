/** Three members, one of them leading. */
export function Logo() {
  return (
    <span className="inline-flex size-5 shrink-0 items-center justify-center rounded-control bg-accent-fill text-on-fill">
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-3.5">
        <path d="M8 3.2 3 11.8h10z" fill="none" stroke="currentColor" strokeWidth="1.2" strokeLinejoin="round" />
        <circle cx="8" cy="3.4" r="2.4" fill="currentColor" />
        <circle cx="3" cy="11.8" r="1.9" fill="currentColor" />
        <circle cx="13" cy="11.8" r="1.9" fill="currentColor" />
      </svg>
    </span>
  );
}
