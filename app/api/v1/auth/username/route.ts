import { rest } from '#lib/transport/rest.ts';

export const GET = rest('checkUsername');
