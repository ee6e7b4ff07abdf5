import type { MetadataRoute } from 'next';
import { requestTexts } from './request-texts.ts';

/** In the language of the browser: it asks without telling who is signed in. */
export default async function manifest(): Promise<MetadataRoute.Manifest> {
  const t = await requestTexts();
  const icon = { src: '/icon-192.png', sizes: '192x192', type: 'image/png' };
  const screenshot = (width: number, height: number, form_factor: 'narrow' | 'wide') =>
    (['light', 'dark'] as const).map((theme) => ({
      src: `/screenshots/${form_factor}-${theme}.png`,
      sizes: `${width}x${height}`,
      type: 'image/png',
      form_factor,
      label: t('app.tagline'),
    }));
  return {
    name: 'Gatherly',
    short_name: 'Gatherly',
    description: t('app.description'),
    lang: t.language,
    dir: t.direction,
    id: '/',
    start_url: '/chats',
    scope: '/',
    display: 'standalone',
    display_override: ['standalone', 'minimal-ui'],
    launch_handler: { client_mode: 'navigate-existing' },
    categories: ['social', 'communication'],
    // What --c-surface and --c-app of the light theme are; once a page is open its own theme counts.
    background_color: '#ffffff',
    theme_color: '#f3efea',
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      icon,
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
      { src: '/icon-mono.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'monochrome' },
    ],
    screenshots: [...screenshot(360, 780, 'narrow'), ...screenshot(1280, 800, 'wide')],
    shortcuts: [
      { name: t('chat.new'), url: '/chats?new=chat', icons: [icon] },
      { name: t('group.new'), url: '/chats?new=group', icons: [icon] },
    ],
    share_target: {
      action: '/chats',
      method: 'GET',
      enctype: 'application/x-www-form-urlencoded',
      params: { title: 'share-title', text: 'share-text', url: 'share-url' },
    },
  };
}
