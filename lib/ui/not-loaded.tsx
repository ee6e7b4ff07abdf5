import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface NotLoadedProps {
  title: string;
  error: unknown;
  onRetry: () => void;
}

/** In the place of a list that could not be had: why, and another try. */
export function NotLoaded({ title, error, onRetry }: NotLoadedProps) {
  const t = useTexts();
  const again = (
    <Button variant="tonal" size="sm" onClick={onRetry}>
      {t('action.tryAgain')}
    </Button>
  );
  return (
    <Empty small title={title} actions={again}>
      {errorText(t, error)}
    </Empty>
  );
}
