'use client';

import { RotateCw } from 'lucide-react';
import { Mark } from '#lib/ui/brand.tsx';
import { Button } from '#lib/ui/button.tsx';

export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <main className="grid h-dvh place-items-center overflow-y-auto bg-surface">
      <title>Gatherly</title>
      <div role="alert" className="flex flex-col items-center p-8 text-center">
        <Mark size={72} />
        <h1 className="mt-5 text-xl font-bold tracking-[-.015em]">This page didn’t work</h1>
        <p className="mt-1.5 mb-5 max-w-100 text-pretty text-text-2">
          Your messages are safe. Load the page again; if that doesn’t help, tell whoever runs this
          server{error.digest ? ` the number ${error.digest}` : ''}.
        </p>
        <Button onClick={() => location.reload()}>
          <RotateCw aria-hidden className="size-5" /> Load again
        </Button>
      </div>
    </main>
  );
}
