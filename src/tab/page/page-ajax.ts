import { signedHeaders } from './sign-in.ts';

interface AjaxOptions {
  readonly type?: string;
  readonly contentType?: string;
  readonly data?: string | Readonly<Record<string, string | number>>;
}

/** As jQuery answers: the JSON, or it rejects with the status and the error's JSON; 0: no answer. */
export function pageAjax(onAnswer: (url: string, status: number, json: unknown) => void) {
  return async (url: string, { type = 'GET', contentType, data }: AjaxOptions): Promise<unknown> => {
    const query = typeof data === 'object' ? new URLSearchParams(textsOf(data)).toString() : '';
    const asked = query ? `${url}?${query}` : url;
    const response = await fetch(asked, {
      method: type,
      headers: { ...signedHeaders(), ...(contentType && { 'content-type': contentType }) },
      ...(typeof data === 'string' && { body: data }),
      cache: 'no-store',
    }).catch(() => undefined);
    if (!response) throw { status: 0 };
    const json: unknown = await response.json().catch(() => undefined);
    onAnswer(asked, response.status, json);
    if (!response.ok || json === undefined) throw { status: response.status, responseJSON: json };
    return json;
  };
}

function textsOf(query: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}
