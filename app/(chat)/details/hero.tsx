import type { ReactNode } from 'react';
import { Avatar } from '#lib/ui/avatar.tsx';

interface HeroProps {
  id: string;
  name: string;
  kind: 'person' | 'group';
  src: string | null;
  line: string;
  children?: ReactNode;
}

export function Hero({ id, name, kind, src, line, children }: HeroProps) {
  return (
    <div className="flex flex-col items-center px-6 pt-5 pb-4 text-center">
      <Avatar id={id} name={name} kind={kind} src={src} size={96} />
      <h3
        dir="auto"
        className="mt-3 max-w-full text-xl font-bold tracking-[-.01em] text-balance wrap-anywhere"
      >
        {name}
      </h3>
      <p className="mt-0.5 text-md text-text-3">{line}</p>
      {children}
    </div>
  );
}
