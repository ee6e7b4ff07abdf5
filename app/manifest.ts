import type { MetadataRoute } from 'next';

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'Gatherly',
    short_name: 'Gatherly',
    description: 'Chat with family, friends and neighbours on a server you run yourselves.',
    id: '/',
    start_url: '/chats',
    scope: '/',
    display: 'standalone',
    // What --c-surface and --c-app of the light theme are; a manifest can not follow the theme.
    background_color: '#ffffff',
    theme_color: '#f3efea',
    icons: [
      { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  };
}
