import type { ReactNode } from 'react';

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
  picture?: ReactNode;
  /** Below the buttons. */
  footer?: ReactNode;
  /** In a narrow list rather than in the middle of a sheet. */
  small?: boolean;
  className?: string;
}

/** Says why there is nothing, and what to do about it. */
export function Empty(props: EmptyProps) {
  const { title, children, actions, picture, footer, small = false, className = '' } = props;
  return (
    <div
      className={`flex flex-col items-center text-center ${small ? 'px-5 py-12' : 'min-h-0 flex-1 justify-center-safe overflow-y-auto p-8'} ${className}`}
    >
      {picture}
      <h2
        className={`font-bold tracking-[-.015em] text-balance ${small ? 'text-lg leading-7' : 'text-xl'}`}
        style={{ overflowWrap: 'anywhere' }}
      >
        {title}
      </h2>
      {children && (
        <p
          className={`mt-1.5 max-w-100 wrap-anywhere text-pretty text-text-2 ${small ? 'text-md leading-5.5' : ''}`}
        >
          {children}
        </p>
      )}
      {actions && (
        <div
          className={`mt-5 flex flex-wrap justify-center gap-2.5 ${small ? 'flex-col items-center' : ''}`}
        >
          {actions}
        </div>
      )}
      {footer}
    </div>
  );
}
