/** People are called by their first name where there is no room or need for more. */
export const firstName = (name: string): string => name.trim().split(/\s+/)[0] || name;

export function listOfNames(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}
