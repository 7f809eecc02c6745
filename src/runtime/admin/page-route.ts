import type { RequestHandler } from 'express';
import type { NodeAPI } from 'node-red';

const resources = 'resources/node-red-contrib-provisioning';

/** What the page may load and talk to: this server alone. The app sets styles of single elements. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * The tab as a page of its own, below `httpAdmin`. It holds no data and is for everybody, as the editor's own page is:
 * what it shows it reads from the admin API, with the token of who has signed in.
 */
export function pageRoute(red: NodeAPI): void {
  const page: RequestHandler = (req, res) => {
    // What the page loads lies beside it: a further slash would lead below it.
    if (req.path.endsWith('/')) return res.redirect(301, '../provisioning');
    res.set({
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    res.type('html').send(pageOf(stylesOf(red)));
  };
  red.httpAdmin.get('/provisioning', page);
}

/** Style sheets of a theme, as the editor has them. */
function stylesOf({ settings }: NodeAPI): readonly string[] {
  const { editorTheme } = settings as { editorTheme?: { page?: { _?: { css?: unknown } } } };
  const css = editorTheme?.page?._?.css;
  return Array.isArray(css) ? css.filter((one) => typeof one === 'string') : [];
}

function pageOf(styles: readonly string[]): string {
  const links = [
    'vendor/font-awesome/css/font-awesome.min.css',
    'red/style.min.css',
    `${resources}/provisioning-page.css`,
    ...styles,
  ].map((href) => `<link rel="stylesheet" href="${escaped(href)}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<title>Provisioning</title>
<link rel="icon" href="favicon.ico">
${links.join('\n')}
</head>
<body>
<div id="red-ui-main-container"><div id="nrp-page" class="nrp"></div></div>
<script type="module" src="${resources}/provisioning-page.js"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
