/** What of jQuery the tab uses: its requests carry the editor's token and admin root. */
export type Ajax = (url: string, options: object) => PromiseLike<unknown>;

interface FailedRequest {
  readonly status: number;
  readonly responseJSON?: { readonly error?: { readonly code?: string; readonly message?: string } };
}

/** The admin API refused, or did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0: no answer. */
  readonly status: number;
  /** The API's own word for it; '' when it was not the API that answered. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  get lostConnection(): boolean {
    return this.status === 0 || (this.status >= 502 && this.status <= 504 && this.code === '');
  }

  get forbidden(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** The route is not there: it was not the API that said "not found". */
  get missing(): boolean {
    return (this.status === 404 || this.status === 405) && this.code === '';
  }
}

export type Query = Readonly<Record<string, string | number>>;

/** Requests to `/provisioning` of the admin API. Paths are relative and made with `path`. @throws ApiError */
export class Api {
  readonly #ajax: Ajax;
  /** Is told that Node-RED did not answer; with the path that was asked for. */
  onLost: ((path: string) => void) | undefined;

  constructor(ajax: Ajax) {
    this.#ajax = ajax;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#request(path, { type: 'GET', data: query, dataType: 'json' });
  }

  send<T>(method: 'POST' | 'PATCH', path: string, body: object = {}): Promise<T> {
    return this.#request(path, { type: method, contentType: 'application/json', data: JSON.stringify(body) });
  }

  async #request<T>(path: string, options: object): Promise<T> {
    try {
      return (await this.#ajax(`provisioning/${path}`, options)) as T;
    } catch (failure) {
      const { status, responseJSON } = failure as FailedRequest;
      const { code = '', message = `HTTP ${status}` } = responseJSON?.error ?? {};
      const error = new ApiError(status, code, message);
      if (error.lostConnection) this.onLost?.(path);
      throw error;
    }
  }
}

/** A path of the API: every part is escaped. */
export function path(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}
