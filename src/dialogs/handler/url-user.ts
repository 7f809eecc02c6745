import type { EditorNode } from '../../editor/red.ts';
import { decoded, hasReadableUser, hasUser, withoutUser } from '../../engine/words/http-url.ts';
import { fieldOf } from '../shared/fields.ts';
import { textsOf } from '../shared/texts.ts';

const text = textsOf('provisioning-handler');

/**
 * Keeps user and password out of the URL, where they would stand in the flow file and its exports as they were
 * entered: those that are entered are moved to the credentials; for those that a flow has already, it is offered.
 * @param note that says so, with a button
 */
export function keepUserOutOfUrl(node: EditorNode, note: JQuery): void {
  const field = (property: string) => fieldOf(node, property);
  const entered = () => field('url').val() ?? '';
  const holdsUser = () => hasUser(entered()) && hasReadableUser(new URL(entered()));
  const show = (words: string, offers: boolean) => {
    note
      .toggle(words !== '')
      .children('span')
      .text(words);
    note.children('button').toggle(offers);
  };

  function move(): void {
    const { username, password } = new URL(entered());
    // What is set there has always gone before what the URL has.
    const isFree = (field('auth').val() || 'none') === 'none';
    if (isFree) {
      field('user').val(decoded(username)).trigger('change');
      field('password').val(decoded(password)).trigger('change');
      field('auth').val('basic').trigger('change');
    }
    field('url').val(withoutUser(entered())).trigger('change').trigger('focus');
    show(text(isFree ? 'tip.urlUserMoved' : 'tip.urlUserRemoved'), false);
  }

  note.children('button').on('click', move);
  field('url').on('change', () => {
    if (!holdsUser()) return;
    if (entered() === node['url']) show(text('tip.urlUser'), true);
    else move();
  });
  show(holdsUser() ? text('tip.urlUser') : '', true);
}
