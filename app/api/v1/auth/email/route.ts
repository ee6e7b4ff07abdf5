import { routes } from '#lib/transport/rest.ts';

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({ POST: 'changeEmail' });
