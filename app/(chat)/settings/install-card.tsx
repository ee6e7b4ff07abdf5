import { Button } from '#lib/ui/button.tsx';
import { install, useInstalling } from '#lib/ui/install.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Card } from './card.tsx';

/** Where Gatherly can be put among the device's applications: how. */
export function InstallCard() {
  const t = useTexts();
  const installing = useInstalling();
  if (installing === 'no' || installing === 'installed') return null;
  return (
    <Card title={t('install.title')}>
      <div className="flex flex-wrap items-center gap-3 px-3.5 pt-1 pb-3">
        <p className="min-w-50 flex-1 text-md text-text-2">
          {t(installing === 'can' ? 'install.text' : 'install.byHand')}
        </p>
        {installing === 'can' && (
          <Button variant="tonal" onClick={() => void install()}>
            {t('install.action')}
          </Button>
        )}
      </div>
    </Card>
  );
}
