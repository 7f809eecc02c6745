import { isExempt } from '../engine/targets/http/no-proxy.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** `proxyOptions` of settings.js, as Node-RED's own nodes take them. */
export interface ProxyOptions {
  /** In the place of the process's environment. */
  readonly env?: Variables;
  readonly favourUpperCase?: boolean;
  readonly lowerCaseOnly?: boolean;
  readonly excludeNpm?: boolean;
}

/** A proxy that the environment names, and by which variable. */
export interface NamedProxy {
  readonly url: string;
  readonly variable: string;
}

/**
 * The proxy for a URL by `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in either case and with what npm
 * adds, as Node-RED's `http request` reads them; undefined where it is called straight.
 */
export function environmentProxy(
  url: URL,
  variables: Variables,
  options: ProxyOptions = {},
): NamedProxy | undefined {
  const read = readerOf(options.env ?? variables, options);
  const exceptions = (read('npm_config_no_proxy') ?? read('no_proxy'))?.text ?? '';
  if (isExempt(url, [exceptions])) return undefined;
  const scheme = url.protocol.slice(0, -1);
  for (const name of [`npm_config_${scheme}_proxy`, `${scheme}_proxy`, 'npm_config_proxy', 'all_proxy']) {
    const found = read(name);
    // Without a scheme of its own it is spoken to by that of the URL.
    if (found)
      return {
        url: found.text.includes('://') ? found.text : `${scheme}://${found.text}`,
        variable: found.name,
      };
  }
  return undefined;
}

function readerOf(variables: Variables, { favourUpperCase, lowerCaseOnly, excludeNpm }: ProxyOptions) {
  return (name: string): { name: string; text: string } | undefined => {
    if (excludeNpm && name.startsWith('npm_config_')) return undefined;
    const upper = name.toUpperCase();
    const names = lowerCaseOnly ? [name] : favourUpperCase ? [upper, name] : [name, upper];
    const set = names.find((one) => variables[one]);
    return set === undefined ? undefined : { name: set, text: variables[set] ?? '' };
  };
}
