import { servePicture } from '#lib/transport/picture-file.ts';
import { routes } from '#lib/transport/rest.ts';

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = routes({ GET: servePicture });
