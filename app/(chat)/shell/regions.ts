/** What F6 goes through, in this order. */
const regions = [
  'nav:not(main nav)',
  'aside',
  'main:not(:has(#messages, [data-composer]))',
  '#messages',
  '[data-composer]',
  '[data-sonner-toaster]',
].join();

/** Where Tab would come to in a region that has such a place; otherwise its first control. */
const places =
  '[aria-current=page], [data-chat][tabindex="0"], [data-bubble][tabindex="0"], textarea';
const controls = 'a[href], button:enabled, input:enabled, [tabindex="0"]';

/** Gives the focus to the next part of the page, or the previous one; after the last comes the first. */
export function goToRegion(step: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(regions)].filter(isReachable);
  const from = document.activeElement;
  const isBeyond = (region: HTMLElement) => {
    if (!from || from === document.body) return step === 1;
    const side = step === 1 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
    return !region.contains(from) && (from.compareDocumentPosition(region) & side) !== 0;
  };
  const ordered = step === 1 ? all : all.toReversed();
  const next = ordered.find(isBeyond) ?? ordered[0];
  if (next) targetIn(next)?.focus();
}

function isReachable(region: HTMLElement): boolean {
  return region.checkVisibility() && targetIn(region) !== undefined;
}

function targetIn(region: HTMLElement): HTMLElement | undefined {
  const visible = (selector: string) =>
    [...region.querySelectorAll<HTMLElement>(selector)].find((element) =>
      element.checkVisibility({ visibilityProperty: true }),
    );
  const itself = region.tabIndex === -1 && region.hasAttribute('tabindex') ? region : undefined;
  return visible(places) ?? visible(controls) ?? itself;
}
