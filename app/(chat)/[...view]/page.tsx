import { notFound, redirect } from 'next/navigation';
import { arrival } from '../signed-in.ts';
import { viewOf } from '../views.ts';

interface ViewPageProps {
  params: Promise<{ view: string[] }>;
}

/** Stands for every view of the shell, which shows it: here it is only let in or sent away. */
export default async function ViewPage({ params }: ViewPageProps) {
  const path = `/${(await params).view.join('/')}`;
  if (!viewOf(path)) notFound();
  if ((await arrival()).state === 'signed-out') {
    redirect(path === '/chats' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`);
  }
  return null;
}
