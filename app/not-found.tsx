import Link from 'next/link';
import { Mark } from '#lib/ui/brand.tsx';
import { buttonClasses } from '#lib/ui/button.tsx';

export default function NotFound() {
  return (
    <main className="grid h-dvh place-items-center overflow-y-auto bg-surface">
      <title>Not found · Gatherly</title>
      <div className="flex flex-col items-center p-8 text-center">
        <Mark size={72} />
        <h1 className="mt-5 text-xl font-bold tracking-[-.015em]">There is nothing here</h1>
        <p className="mt-1.5 mb-5 max-w-100 text-pretty text-text-2">
          The address may be mistyped, or what it led to is gone.
        </p>
        <Link href="/chats" className={buttonClasses()}>
          Go to your chats
        </Link>
      </div>
    </main>
  );
}
