interface EarlyScriptProps {
  /** What runs, made of nothing that people write. */
  code: string;
  /** What the page's policy lets scripts run by. */
  nonce: string | undefined;
}

/** Runs where it stands while the server's page is read, before anything of the page lives. */
export const EarlyScript = ({ code, nonce }: EarlyScriptProps) => (
  <script suppressHydrationWarning nonce={nonce} dangerouslySetInnerHTML={{ __html: code }} />
);
