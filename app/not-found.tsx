import { Mark } from '#lib/ui/brand.tsx';
import { buttonClasses } from '#lib/ui/button.tsx';
import { requestTexts } from './request-texts.ts';

export default async function NotFound() {
  const t = await requestTexts();
  return (
    <main className="grid h-dvh place-items-center overflow-y-auto bg-surface">
      <title>{`${t('notFound.title')} · Gatherly`}</title>
      <div className="flex flex-col items-center p-8 text-center">
        <Mark size={72} />
        <h1 className="mt-5 text-xl font-bold tracking-[-.015em]">{t('notFound.heading')}</h1>
        <p className="mt-1.5 mb-5 max-w-100 text-pretty text-text-2">{t('notFound.text')}</p>
        <a href="/chats" className={buttonClasses()}>
          {t('notFound.link')}
        </a>
      </div>
    </main>
  );
}
