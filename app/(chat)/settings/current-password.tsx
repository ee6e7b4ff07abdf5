import type { ComponentProps } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** The password by which one changes what is one's own. */
export function CurrentPassword(field: Omit<ComponentProps<typeof TextField>, 'label'>) {
  const t = useTexts();
  const username = useChat((state) => state.account.username);
  return (
    <>
      {/* For password managers: whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={username} />
      <TextField
        {...field}
        label={t('newPassword.current')}
        type="password"
        autoComplete="current-password"
      />
    </>
  );
}
