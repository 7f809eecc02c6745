import type { Translate } from '../text/translate.ts';
import { editorPath, signedHeaders } from './sign-in.ts';

/** Who looks, as the runtime's settings tell it; `user` is absent where Node-RED knows no users. */
export interface Settings {
  readonly user?: { readonly permissions?: string | readonly string[] };
}

/**
 * Asks the runtime who looks.
 * @returns undefined where nobody has signed in; `refused` where it can't be told, as while Node-RED starts
 */
export async function whoLooks(): Promise<Settings | 'nobody' | 'unknown'> {
  try {
    const headers = { ...signedHeaders(), accept: 'application/json' };
    const response = await fetch('settings', { headers, cache: 'no-store' });
    if (response.status === 401) return 'nobody';
    return response.ok ? ((await response.json()) as Settings) : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** In the place of the app: how to sign in. The page goes on by itself once that was done in this browser. */
export function showSignIn(place: HTMLElement, translate: Translate, why: 'nobody' | 'unknown'): void {
  const told = (key: string) => translate(`provisioning-tab.page.${key}`);
  const heading = document.createElement('h1');
  heading.textContent = told(why === 'nobody' ? 'signIn' : 'noAnswer');
  const words = document.createElement('p');
  words.textContent = told(why === 'nobody' ? 'signInHow' : 'noAnswerHow');
  const link = document.createElement('a');
  Object.assign(link, { href: editorPath, target: '_blank', rel: 'opener', textContent: told('toEditor') });
  const again = document.createElement('button');
  Object.assign(again, { type: 'button', className: 'red-ui-button', textContent: told('again') });
  again.addEventListener('click', () => location.reload());
  const box = document.createElement('main');
  box.className = 'nrp-page-sign-in';
  box.append(heading, words, ...(why === 'nobody' ? [link] : []), again);
  place.replaceChildren(box);
  addEventListener('storage', ({ key }) => {
    if (key?.startsWith('auth-tokens')) location.reload();
  });
}
