export const databaseNameOf = (accountId: string): string => `gatherly-${accountId}`;
