import { isLink } from './data/links.ts';
import type { Shown } from './main.ts';
import type { Translate } from './text/translate.ts';

/** The package's version: a browser must not go on with what it kept of another one. */
declare const packageVersion: string;

const id = 'provisioning-tab';
/** Beside the editor's own page, wherever that is. */
const url = './resources/node-red-contrib-provisioning/provisioning-tab.js';
const content = $('<div class="nrp">');
let app: Promise<Shown | undefined> | undefined;
let attempts = 0;

/** The app is fetched when the tab is first shown; the editor does without it when it can't be had. */
function open(translate: Translate): Promise<Shown | undefined> {
  app ??= load(translate);
  return app;
}

async function load(translate: Translate): Promise<Shown | undefined> {
  attempts += 1;
  $('<div class="nrp-load" role="status">')
    .text(translate('provisioning-tab.load.loading'))
    .appendTo(content.empty());
  const again = attempts > 1 ? `&attempt=${attempts}` : '';
  try {
    const module: typeof import('./main.ts') = await import(`${url}?v=${packageVersion}${again}`);
    return module.mount(content.empty()[0] as HTMLElement, translate);
  } catch (error) {
    app = undefined;
    console.warn('The Provisioning tab could not be loaded:', error);
    showFailure(translate);
    return undefined;
  }
}

function showFailure(translate: Translate): void {
  const box = $('<div class="nrp-load" role="alert">').appendTo(content.empty());
  $('<p>').text(translate('provisioning-tab.load.failed')).appendTo(box);
  $('<button type="button" class="red-ui-button">')
    .text(translate('provisioning-tab.load.retry'))
    .on('click', () => open(translate))
    .appendTo(box);
}

/** The address belongs to the editor: it names the flow that is shown, once flows are there. */
function followLinks(follow: (hash: string) => void): void {
  const { hash } = location;
  const begin = () => {
    RED.events.off('flows:loaded', begin);
    follow(hash);
  };
  if (isLink(hash)) RED.events.on('flows:loaded', begin);
  addEventListener('hashchange', ({ oldURL }) => {
    const { hash } = location;
    if (!isLink(hash)) return;
    history.replaceState(null, '', oldURL);
    follow(hash);
  });
}

RED.plugins.registerPlugin(id, {
  onadd() {
    const translate: Translate = (key, values) => this._(key, values);
    const show = () => RED.sidebar.show(id);
    const fire = async () => {
      show();
      (await open(translate))?.testEvent();
    };
    RED.actions.add('provisioning:show-tab', show, { label: translate('provisioning-tab.action.show') });
    RED.actions.add('provisioning:fire-test-event', fire, {
      label: translate('provisioning-tab.action.fire'),
    });
    RED.sidebar.addTab({
      id,
      label: translate('provisioning-tab.tab.label'),
      name: translate('provisioning-tab.tab.name'),
      iconClass: 'fa fa-bolt',
      content,
      enableOnEdit: true,
      action: 'provisioning:show-tab',
      onchange: () => open(translate),
    });
    followLinks(async (hash) => {
      show();
      (await open(translate))?.follow(hash);
    });
  },
});
