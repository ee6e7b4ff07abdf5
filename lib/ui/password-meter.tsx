'use client';

import { limits } from '#lib/contract/limits.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const words = ['tooShort', 'weak', 'fair', 'strong', 'veryStrong'] as const;

/** A rough guess of how hard a password is to guess: its length first, then its variety. */
function passwordStrength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length < limits.passwordLength.min) return 0;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(password));
  const varied = new Set(password).size;
  const points = Math.min(password.length, varied * 1.5) + kinds.length * 2;
  if (points < 13) return 1;
  if (points < 17) return 2;
  return points < 23 ? 3 : 4;
}

/** Stands below a password field, as its help. */
export function PasswordMeter({ password }: { password: string }) {
  const t = useTexts();
  const strength = passwordStrength(password);
  return (
    <span className="block flex-1">
      <span aria-hidden className="mb-1.5 flex gap-1 pt-0.5">
        {[1, 2, 3, 4].map((step) => (
          <i
            key={step}
            className={`h-1 flex-1 rounded-full ${step <= strength ? 'bg-success' : 'bg-border'}`}
          />
        ))}
      </span>
      {password && `${t(`password.${words[strength]}`)} `}
      {t('check.atLeast', { count: limits.passwordLength.min })}
    </span>
  );
}
