import { useState } from 'react';
import type { User } from '#lib/contract/records.ts';
import { Ban } from '#lib/ui/icons.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from '../conversation/names.ts';
import { BlockDialog } from '../shell/parts.tsx';
import { PanelRow, PanelSection } from './panel-section.tsx';

export function BlockSection({ person }: { person: User }) {
  const t = useTexts();
  /** As the person was when it was asked for: the dialog keeps its question until it is gone. */
  const [asked, setAsked] = useState<User | null>(null);
  const name = firstName(person.displayName);
  return (
    <PanelSection>
      <PanelRow
        danger={!person.blocked}
        icon={<Ban aria-hidden />}
        label={t(person.blocked ? 'block.undoNamed' : 'block.action', { name })}
        onClick={() => setAsked(person)}
      />
      {asked && <BlockDialog person={asked} onClose={() => setAsked(null)} />}
    </PanelSection>
  );
}
