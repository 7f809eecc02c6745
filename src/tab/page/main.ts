import { pageAjax } from './page-ajax.ts';
import { pageRed } from './page-red.ts';
import { pageLanguage, translateTo } from './page-texts.ts';
import { followSystemColours } from './system-colours.ts';
import { ToldNodes } from './told-nodes.ts';
import { showSignIn, whoLooks } from './who-looks.ts';
import './page.css';

/** The package's version: a browser must not go on with what it kept of another one. */
declare const packageVersion: string;

const app = './provisioning-tab.js';

/** The tab as a page of its own: what it calls of the editor stands in, the app is the same. */
async function start(place: HTMLElement): Promise<void> {
  const language = pageLanguage();
  const translate = translateTo(language);
  document.documentElement.lang = language;
  document.title = translate('provisioning-tab.tab.name');
  followSystemColours();
  const looks = await whoLooks();
  if (typeof looks === 'string') return showSignIn(place, translate, looks);
  const nodes = new ToldNodes();
  const ajax = pageAjax(async (url, status, json) => {
    nodes.hear(url, json);
    // Whoever is signed in may lack a permission, which the tab says itself.
    if (status === 401 && (await whoLooks()) === 'nobody') showSignIn(place, translate, 'nobody');
  });
  Object.assign(globalThis, {
    $: Object.assign((element: unknown) => element, { ajax }),
    RED: pageRed({ language, nodes, permissions: looks.user && (looks.user.permissions ?? []) }),
  });
  await learnHandlers(ajax);
  const { mount }: typeof import('../main.ts') = await import(`${app}?v=${packageVersion}`);
  const { follow } = mount(place, translate, false);
  follow(location.hash);
  addEventListener('hashchange', () => follow(location.hash));
}

/** The search of the log offers handlers by name, before the view of them was shown. */
async function learnHandlers(ajax: ReturnType<typeof pageAjax>): Promise<void> {
  try {
    const registries = (await ajax('provisioning/registries', {})) as readonly { readonly id: string }[];
    const routes = registries.map(({ id }) => `provisioning/registries/${encodeURIComponent(id)}/handlers`);
    await Promise.allSettled(routes.map((route) => ajax(route, {})));
  } catch {
    // The app asks again, and says what is wrong.
  }
}

const place = document.querySelector<HTMLElement>('#nrp-page');
if (place) void start(place);
