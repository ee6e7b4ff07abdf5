import { rememberHere, useRemembered } from '#lib/ui/remembered.ts';
import { Switch } from '#lib/ui/switch.tsx';
import { saveReducedMotion, useReducedMotion } from '#lib/ui/theme.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { enterKey } from '../conversation/touch.ts';
import { Card } from './card.tsx';
import { SettingRow } from './setting-row.tsx';

/** How the composer's Enter and the page's motion go, on this device. */
export function HabitsCard() {
  const t = useTexts();
  const sends = useRemembered(enterKey) !== 'breaks';
  return (
    <Card>
      {/* Where the keyboard is on the screen, Enter breaks the line in any case. */}
      <SettingRow
        title={t('appearance.enter')}
        text={t(sends ? 'appearance.enterText' : 'appearance.enterOffText')}
        className="touch:hidden"
      >
        <Switch
          aria-label={t('appearance.enter')}
          checked={sends}
          onCheckedChange={(on) => rememberHere(enterKey, on ? 'sends' : 'breaks')}
        />
      </SettingRow>
      <SettingRow
        title={t('appearance.motion')}
        text={t('appearance.motionText')}
        className="touch:before:hidden"
      >
        <Switch
          aria-label={t('appearance.motion')}
          checked={useReducedMotion()}
          onCheckedChange={saveReducedMotion}
        />
      </SettingRow>
    </Card>
  );
}
