import { base64Prefix, isSigningSecret } from '../../engine/words/signing-secret.ts';
import { textsOf } from './texts.ts';

const text = textsOf('provisioning-dialog');

/** What is wrong with a signing secret that is entered; of a stored one, the editor gets a placeholder, which is none. */
export function secretProblem(secret = ''): string {
  return secret === '' || isSigningSecret(secret) ? '' : text('error.secret');
}

/** Puts a button behind a secret's field that fills it with a new secret, readable this once. */
export function offerSecret(field: JQuery): void {
  const button = $('<button type="button" class="red-ui-button">').css('margin-left', '8px');
  button.append($('<i class="fa fa-refresh">'), ' ', $('<span>').text(text('button.generate')));
  field.css('width', 'calc(70% - 120px)').after(button);
  button.on('click', () => {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    const secret = base64Prefix + btoa(String.fromCharCode(...bytes));
    field.attr('type', 'text').val(secret).trigger('change').trigger('select');
    RED.notify(text('notify.secret'), { type: 'compact', timeout: 4000 });
  });
}
