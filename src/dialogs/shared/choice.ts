/** Shows a select as a group of buttons; the select stays what is read and written. */
export function choice(select: JQuery<HTMLInputElement>): void {
  const label = $(`label[for="${select.attr('id')}"]`).uniqueId();
  const group = $('<span class="button-group provisioning-choice" role="group">');
  group.attr('aria-labelledby', label.attr('id') ?? '');
  for (const option of select.find('option')) {
    $('<button type="button" class="red-ui-button toggle">')
      .attr({ 'data-value': option.value, 'data-i18n': option.dataset['i18n'] ?? '' })
      .on('click', () => select.val(option.value).trigger('change'))
      .appendTo(group);
  }
  const show = () => {
    for (const button of group.children()) {
      const selected = button.dataset['value'] === select.val();
      $(button).toggleClass('selected', selected).attr('aria-pressed', String(selected));
    }
  };
  select.on('change', show).hide().after(group);
  show();
}
