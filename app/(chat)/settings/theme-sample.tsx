import { useId } from 'react';
import type { Theme } from '#lib/ui/theme.ts';

/** A theme as a small picture; System is both, side by side. */
export function ThemeSample({ theme }: { theme: Theme }) {
  const half = useId();
  return (
    <svg viewBox="0 0 120 78" aria-hidden className="block w-full rounded-md flip-rtl">
      {theme !== 'light' && (
        <>
          <rect width="120" height="78" className="fill-sample-dark" />
          <rect x="12" y="14" width="58" height="16" rx="8" className="fill-sample-dark-other" />
          <rect x="52" y="38" width="56" height="16" rx="8" className="fill-sample-dark-own" />
        </>
      )}
      {theme === 'system' && (
        <clipPath id={half}>
          <path d="M0 0h60v78H0Z" />
        </clipPath>
      )}
      {theme !== 'dark' && (
        <g clipPath={theme === 'system' ? `url(#${half})` : undefined}>
          <rect width="120" height="78" className="fill-sample-light" />
          <rect x="12" y="14" width="58" height="16" rx="8" className="fill-sample-light-other" />
          <rect x="52" y="38" width="56" height="16" rx="8" className="fill-sample-light-own" />
        </g>
      )}
    </svg>
  );
}
