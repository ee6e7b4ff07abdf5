'use client';

import { createContext, use } from 'react';
import { viewOf, type View } from '../views.ts';

export type ShellDialog = 'new-chat' | 'new-group' | 'sign-out' | 'shortcuts' | 'palette';

export const ShellContext = createContext<(dialog: ShellDialog) => void>(() => undefined);

/** Opens one of the shell's dialogs. */
export const useOpenDialog = (): ((dialog: ShellDialog) => void) => use(ShellContext);

/** The address of the view. */
export const PlaceContext = createContext('');

const elsewhere: View = { name: 'chats', id: null, details: false };

/** What the address names now; it changes without a request to the server. */
export const useView = (): View => viewOf(use(PlaceContext)) ?? elsewhere;
