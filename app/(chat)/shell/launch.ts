/** What the device has opened Gatherly for: a shortcut of its icon, or something shared with it. */
type Launch = { dialog: 'new-chat' | 'new-group' } | { shared: string } | null;

/** Reads it from an address's query, as the manifest has the device write it. */
export function launchOf(search: string): Launch {
  const query = new URLSearchParams(search);
  const wanted = query.get('new');
  if (wanted === 'chat' || wanted === 'group') return { dialog: `new-${wanted}` };
  const parts = ['title', 'text', 'url'].map((name) => query.get(`share-${name}`)?.trim() ?? '');
  // Many applications repeat in one what they say in another.
  const said = parts.filter(
    (part, index) =>
      part !== '' &&
      !parts.some(
        (other, at) => other.includes(part) && (at > index || other.length > part.length),
      ),
  );
  return said.length > 0 ? { shared: said.join('\n') } : null;
}
