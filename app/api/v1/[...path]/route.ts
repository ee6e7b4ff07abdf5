import { nowhere } from '#lib/transport/rest.ts';

export { nowhere as DELETE, nowhere as GET, nowhere as PATCH, nowhere as POST, nowhere as PUT };
