'use client';

import { ArrowLeft } from '#lib/ui/icons.tsx';
import type { ReactNode } from 'react';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { goBack } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface PageHeaderProps {
  title: string;
  /** On a phone this is a page inside that one: its name, and where its arrow leads. */
  sub?: { title: string; up: string } | undefined;
  children?: ReactNode;
}

/** The bar above people and settings. */
export function PageHeader({ title, sub, children }: PageHeaderProps) {
  const t = useTexts();
  return (
    <header className="flex h-15 flex-none items-center border-b border-border px-1 tablet:h-16 tablet:ps-4 tablet:pe-3">
      {sub && (
        <IconButton
          label={t('action.back')}
          className="tablet:hidden"
          icon={<ArrowLeft aria-hidden className="flip-rtl" />}
          onClick={() => goBack(sub.up)}
        />
      )}
      <h1
        className={`trunc flex-1 px-1 tablet:text-xl tablet:font-bold tablet:tracking-[-.015em] ${sub ? 'text-lg font-semibold' : 'ps-2 text-[1.5rem] leading-[2rem] font-bold tracking-[-.015em] tablet:ps-1'}`}
      >
        {sub ? (
          <>
            <span className="tablet:hidden">{sub.title}</span>
            <span className="phone:hidden">{title}</span>
          </>
        ) : (
          title
        )}
      </h1>
      {children}
    </header>
  );
}
