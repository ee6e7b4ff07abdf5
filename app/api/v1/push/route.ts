import { routes } from '#lib/transport/rest.ts';

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({
  DELETE: 'unsubscribePush',
  GET: 'readPush',
  PATCH: 'updatePush',
  POST: 'subscribePush',
});
